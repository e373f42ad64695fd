#include "json_value.h"

#include <cmath>
#include <limits>

#include "switchyard/core/host_scalar.h"
#include "switchyard/io/npy.h"
#include "switchyard/ops/operators.h"

namespace sy::tool {
namespace {

Dtype dtype_from_json(const Json& json, const std::string& where) {
  require(json.is_string(), where, ": expected a dtype name, got ", json.dump());
  std::optional<Dtype> dtype = Dtype::parse(json.get<std::string>());
  require(dtype.has_value(), where, ": unknown dtype ", json.dump(),
          ", expected one of bool u8 i8 i16 i32 i64 f16 bf16 f32 f64");
  return *dtype;
}

std::int64_t int_from_json(const Json& json, const std::string& where) {
  require(!json.is_number_unsigned() ||
              json.get<std::uint64_t>() <= std::uint64_t(std::numeric_limits<std::int64_t>::max()),
          where, ": ", json.dump(), " does not fit 64 bits");
  return json.get<std::int64_t>();
}

Scalar number_from_json(const Json& json, const std::string& where) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return int_from_json(json, where);
  if (json.is_number()) return json.get<double>();
  if (json == "NaN") return std::nan("");
  if (json == "Infinity") return std::numeric_limits<double>::infinity();
  if (json == "-Infinity") return -std::numeric_limits<double>::infinity();
  fail(ErrorCode::kInvalidArgument, where, ": expected a number, got ", json.dump());
}

void flatten(const Json& json, std::size_t depth, std::vector<std::int64_t>& shape, std::vector<Scalar>& out,
             const std::string& where) {
  if (!json.is_array()) {
    require(depth == shape.size(), where, ": the nested lists are ragged");
    out.push_back(number_from_json(json, where));
    return;
  }
  require(depth < 64, where, ": nested too deeply");
  if (depth == shape.size() && out.empty()) {
    shape.push_back(static_cast<std::int64_t>(json.size()));
  }
  require(depth < shape.size() && shape[depth] == static_cast<std::int64_t>(json.size()), where,
          ": the nested lists are ragged");
  for (const Json& item : json) flatten(item, depth + 1, shape, out, where);
}

Tensor from_numbers(const std::vector<Scalar>& numbers, std::vector<std::int64_t> shape, Dtype dtype) {
  Tensor t = empty(shape, dtype, Device());
  auto* bytes = static_cast<char*>(t.raw_data());
  for (std::size_t i = 0; i < numbers.size(); ++i) write_element(bytes + i * dtype.itemsize(), dtype, numbers[i]);
  return t;
}

Dtype natural_dtype(const std::vector<Scalar>& numbers) {
  bool floating = numbers.empty(), integral = false;
  for (const Scalar& s : numbers) {
    floating |= s.is_floating();
    integral |= s.is_integral();
  }
  return floating ? kF32 : integral ? kI64 : kBool;
}

std::vector<std::int64_t> ints_from_json(const Json& json, const std::string& where) {
  require(json.is_array(), where, ": expected a list of ints, got ", json.dump());
  std::vector<std::int64_t> out;
  for (const Json& v : json) {
    require(v.is_number_integer(), where, ": expected a list of ints, got ", json.dump());
    out.push_back(int_from_json(v, where));
  }
  return out;
}

}  // namespace

Json parse_json(const std::string& text) {
  constexpr int kMaxDepth = 100;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '[' || c == '{') && ++depth > kMaxDepth)
      return Json(Json::value_t::discarded);
    else if (!quoted && (c == ']' || c == '}'))
      --depth;
  }
  return Json::parse(text, nullptr, false);
}

Tensor tensor_from_json(const Json& json, const std::string& where) {
  if (json.is_array()) {
    std::vector<std::int64_t> shape;
    std::vector<Scalar> numbers;
    flatten(json, 0, shape, numbers, where);
    return from_numbers(numbers, shape, natural_dtype(numbers));
  }
  require(json.is_object(), where, ": expected a tensor, got ", json.dump());
  for (const auto& [key, value] : json.items()) {
    require(key == "npy" || key == "dtype" || key == "shape" || key == "data", where, ": unknown key \"", key,
            "\" in a tensor");
  }
  if (json.contains("npy")) {
    require(json["npy"].is_string(), where, ": npy: expected a path");
    Tensor t = load_npy(json["npy"].get<std::string>());
    return json.contains("dtype") ? t.to(dtype_from_json(json["dtype"], where)) : t;
  }
  require(json.contains("data"), where, ": a tensor needs \"npy\" or \"data\"");
  std::vector<std::int64_t> shape;
  std::vector<Scalar> numbers;
  flatten(json["data"], 0, shape, numbers, where);
  Dtype dtype = json.contains("dtype") ? dtype_from_json(json["dtype"], where) : natural_dtype(numbers);
  if (json.contains("shape")) {
    shape = ints_from_json(json["shape"], where + ": shape");
    std::int64_t numel = 0;
    throw_if_error(checked_numel(shape, &numel));
    require(numel == static_cast<std::int64_t>(numbers.size()), where, ": shape ", shape_str(shape), " needs ", numel,
            " numbers, got ", numbers.size());
  }
  return from_numbers(numbers, shape, dtype);
}

Value value_from_json(const Operator& op, const Parameter& param, const Json& json, Device device) {
  std::string where = str_cat(op.name(), ": argument ", param.name);
  if (json.is_null()) return {};
  switch (param.type) {
    case ArgType::kTensor:
      if (json.is_number() || json.is_boolean() || json.is_string()) return number_from_json(json, where);
      return tensor_from_json(json, where).to(device);
    case ArgType::kTensorList: {
      require(json.is_array(), where, ": expected a list of tensors, got ", json.dump());
      std::vector<TensorBase> list;
      for (const Json& item : json) {
        list.push_back(item.is_null() ? TensorBase() : TensorBase(tensor_from_json(item, where).to(device)));
      }
      return list;
    }
    case ArgType::kScalar:
      return number_from_json(json, where);
    case ArgType::kFloat:
      return number_from_json(json, where).to_double();
    case ArgType::kInt:
      require(json.is_number_integer(), where, ": expected an int, got ", json.dump());
      return int_from_json(json, where);
    case ArgType::kBool:
      require(json.is_boolean(), where, ": expected true or false, got ", json.dump());
      return json.get<bool>();
    case ArgType::kStr:
      require(json.is_string(), where, ": expected a string, got ", json.dump());
      return json.get<std::string>();
    case ArgType::kDtype:
      return dtype_from_json(json, where);
    case ArgType::kDevice:
      require(json.is_string(), where, ": expected a device name, got ", json.dump());
      return Device(json.get<std::string>());
    case ArgType::kGenerator: {
      const Json& seed = json.is_object() && json.contains("seed") ? json["seed"] : json;
      require(seed.is_number_unsigned(), where, ": expected a seed, got ", json.dump());
      return Generator(seed.get<std::uint64_t>());
    }
    case ArgType::kIntList:
      if (json.is_number_integer()) return int_from_json(json, where);
      return ints_from_json(json, where);
    case ArgType::kFloatList: {
      require(json.is_array(), where, ": expected a list of numbers, got ", json.dump());
      std::vector<double> out;
      for (const Json& v : json) out.push_back(number_from_json(v, where).to_double());
      return out;
    }
    default:
      break;
  }
  fail(ErrorCode::kUnsupported, where, ": values of this type cannot be given as JSON");
}

Json tensor_to_json(const Tensor& t, bool data) {
  Json json;
  json["dtype"] = std::string(t.dtype().name());
  json["shape"] = t.shape().vec();
  if (!data) return json;
  Tensor host = t.detach().to(Device()).contiguous();
  Json list = Json::array();
  const auto* bytes = static_cast<const char*>(host.raw_data());
  for (std::int64_t i = 0; i < host.numel(); ++i) {
    Scalar v = read_element(bytes + i * host.itemsize(), host.dtype());
    if (v.is_bool())
      list.push_back(v.to_bool());
    else if (v.is_integral())
      list.push_back(v.to_int());
    else if (std::isnan(v.to_double()))
      list.push_back("NaN");
    else if (std::isinf(v.to_double()))
      list.push_back(v.to_double() > 0 ? "Infinity" : "-Infinity");
    else
      list.push_back(v.to_double());
  }
  json["data"] = list;
  return json;
}

Json json_from_text(const Parameter& param, const std::string& text) {
  bool tensor = param.is_tensor();
  if (tensor && text.size() > 4 && text.ends_with(".npy")) {
    if (param.type == ArgType::kTensor) return Json{{"npy", text}};
    Json list = Json::array();  // a.npy,b.npy
    for (std::size_t at = 0; at < text.size();) {
      std::size_t comma = std::min(text.find(',', at), text.size());
      list.push_back(Json{{"npy", text.substr(at, comma - at)}});
      at = comma + 1;
    }
    return list;
  }
  if (text == "None") return nullptr;
  Json json = parse_json(text);
  return json.is_discarded() ? Json(text) : json;
}

}  // namespace sy::tool
