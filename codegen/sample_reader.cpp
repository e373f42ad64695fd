#include "codegen/sample_reader.h"

#include <algorithm>

namespace sy::codegen {
namespace {

using Kind = SampleValue::Kind;

class SampleReader {
 public:
  /// strict: dtypes of tensors must be those that the operator takes.
  SampleReader(YamlSource& source, const Operator& op, bool strict) : source_(source), op_(op), strict_(strict) {
    for (const Parameter& param : op.signature.params) names_.push_back(param.name);
  }

  Sample read(const YAML::Node& node) {
    Sample sample;
    if (!node.IsMap()) {
      source_.error(node, "a sample must be a map from parameter to value");
      return sample;
    }
    for (const auto& [key, nodes] : source_.map(node, "a sample", {})) {
      int index = op_.signature.find_param(key);
      if (index < 0) {
        source_.error(nodes.first, "'" + key + "' is no parameter of " + op_.signature.name + suggestion(key, names_));
        continue;
      }
      sample.emplace_back(key, read_value(nodes.second, static_cast<std::size_t>(index)));
    }
    for (const Parameter& param : op_.signature.params) {
      auto has = [&](const auto& arg) { return arg.first == param.name; };
      if (!param.has_default() && std::none_of(sample.begin(), sample.end(), has)) {
        source_.error(node, "the sample lacks '" + param.name + "', which has no default");
      }
    }
    return sample;
  }

 private:
  void wrong(const YAML::Node& node, const Parameter& param, const std::string& wanted) {
    source_.error(node, "'" + param.name + "' (" + type_name(param) + ") must be " + wanted);
  }

  SampleValue read_value(const YAML::Node& node, std::size_t i) {
    const Parameter& param = op_.signature.params[i];
    SampleValue value;
    if (node.IsNull()) {
      if (!param.optional) wrong(node, param, "given, not null");
      return value;
    }
    switch (param.type) {
      case ArgType::kTensor:
        value.kind = Kind::kTensor;
        value.tensors.push_back(read_tensor(node, i));
        break;
      case ArgType::kTensorList:
        read_tensors(node, i, value);
        break;
      case ArgType::kScalar:
      case ArgType::kFloat:
        read_number(node, param, value);
        break;
      case ArgType::kInt:
      case ArgType::kGenerator:
        read_integer(node, param, value);
        break;
      case ArgType::kBool:
        read_bool(node, param, value);
        break;
      case ArgType::kStr:
      case ArgType::kDtype:
      case ArgType::kDevice:
        read_text(node, param, value);
        break;
      default:
        read_list(node, param, value);
        break;
    }
    return value;
  }

  void read_number(const YAML::Node& node, const Parameter& param, SampleValue& value) {
    if (auto integer = YamlSource::parse_integer(node)) {
      value.kind = param.type == ArgType::kFloat ? Kind::kFloat : Kind::kInt;
      value.i = *integer;
      value.f = static_cast<double>(*integer);
    } else if (auto number = YamlSource::parse_number(node)) {
      value.kind = Kind::kFloat;
      value.f = *number;
    } else if (auto boolean = YamlSource::parse_boolean(node); boolean && param.type == ArgType::kScalar) {
      value.kind = Kind::kBool;
      value.i = *boolean;
    } else {
      wrong(node, param, param.type == ArgType::kScalar ? "a number or a bool" : "a number");
    }
  }

  void read_integer(const YAML::Node& node, const Parameter& param, SampleValue& value) {
    bool seed = param.type == ArgType::kGenerator;
    auto integer = YamlSource::parse_integer(node);
    if (!integer || (seed && *integer < 0))
      return wrong(node, param, seed ? "a seed, an integer from 0" : "an integer");
    value.kind = seed ? Kind::kSeed : Kind::kInt;
    value.i = *integer;
    value.f = static_cast<double>(*integer);
  }

  void read_bool(const YAML::Node& node, const Parameter& param, SampleValue& value) {
    auto boolean = YamlSource::parse_boolean(node);
    if (!boolean) return wrong(node, param, "true or false");
    value.kind = Kind::kBool;
    value.i = *boolean;
  }

  void read_text(const YAML::Node& node, const Parameter& param, SampleValue& value) {
    if (!node.IsScalar()) {
      return wrong(node, param,
                   param.type == ArgType::kStr     ? "a text"
                   : param.type == ArgType::kDtype ? "the name of a dtype"
                                                   : "`current` or the name of a device");
    }
    value.text = node.Scalar();
    value.kind = param.type == ArgType::kStr     ? Kind::kText
                 : param.type == ArgType::kDtype ? Kind::kDtype
                                                 : Kind::kDevice;
    if (param.type == ArgType::kDtype && dtype_id(value.text) < 0) {
      source_.error(node, "unknown dtype '" + value.text + "'");
    }
  }

  void read_list(const YAML::Node& node, const Parameter& param, SampleValue& value) {
    bool ints = param.type == ArgType::kIntList;
    bool bools = param.type == ArgType::kBoolList;
    value.kind = ints ? Kind::kInts : bools ? Kind::kBools : Kind::kFloats;
    std::string wanted = ints ? "a list of integers" : bools ? "a list of true and false" : "a list of numbers";
    auto element = [&](const YAML::Node& n) -> std::optional<double> {
      if (ints) return YamlSource::parse_integer(n);
      if (bools) return YamlSource::parse_boolean(n);
      return YamlSource::parse_number(n);
    };
    if (node.IsScalar() && param.fixed_length != 0) {
      auto one = element(node);
      if (!one) return wrong(node, param, wanted);
      value.list.push_back(*one);
      return;
    }
    if (!node.IsSequence()) return wrong(node, param, wanted);
    for (const YAML::Node& n : node) {
      auto one = element(n);
      if (!one) return wrong(n, param, wanted);
      value.list.push_back(*one);
    }
    std::size_t length = static_cast<std::size_t>(param.fixed_length);
    if (length != 0 && value.list.size() != length && strict_) {
      wrong(node, param, "of length " + std::to_string(length));
    }
  }

  void read_tensors(const YAML::Node& node, std::size_t i, SampleValue& value) {
    const Parameter& param = op_.signature.params[i];
    value.kind = Kind::kTensors;
    if (!node.IsSequence()) return wrong(node, param, "a list of tensors");
    for (const YAML::Node& element : node) {
      if (element.IsNull()) {
        if (!param.optional_elements) wrong(element, param, "a list without null");
        value.tensors.push_back({});
        value.tensors.back().absent = true;
      } else {
        value.tensors.push_back(read_tensor(element, i));
      }
    }
  }

  bool read_shape(const YAML::Node& node, const Parameter& param, TensorValue& tensor) {
    if (!node.IsSequence()) {
      wrong(node, param, "a shape such as [2, 3], or a map with one");
      return false;
    }
    for (const YAML::Node& size : node) {
      auto value = YamlSource::parse_integer(size);
      if (!value || *value < 0) {
        source_.error(size, "a size must be an integer from 0");
        return false;
      }
      tensor.shape.push_back(*value);
    }
    return true;
  }

  TensorValue read_tensor(const YAML::Node& node, std::size_t i) {
    const Parameter& param = op_.signature.params[i];
    TensorValue tensor;
    if (!node.IsMap()) {
      read_shape(node, param, tensor);
      return tensor;
    }
    bool shaped = false;
    YAML::Node values(YAML::NodeType::Undefined);
    auto pairs = source_.map(node, "a tensor", {"shape", "dtype", "low", "high", "values", "fill"});
    for (const auto& [key, nodes] : pairs) {
      if (key == "shape") shaped = read_shape(nodes.second, param, tensor);
      if (key == "dtype") read_tensor_dtype(nodes.second, i, tensor);
      if (key == "low") tensor.low = source_.number(nodes.second, "low");
      if (key == "high") tensor.high = source_.number(nodes.second, "high");
      if (key == "fill") read_tensor_fill(nodes.second, tensor);
      if (key == "values") values.reset(nodes.second);
    }
    auto is_shape = [](const auto& pair) { return pair.first == "shape"; };
    if (std::none_of(pairs.begin(), pairs.end(), is_shape)) source_.error(node, "a tensor has no shape");
    if (tensor.low.has_value() != tensor.high.has_value()) source_.error(node, "low and high go together");
    if (tensor.low && tensor.high && !(*tensor.low < *tensor.high)) source_.error(node, "low must be below high");
    if (values.IsDefined()) read_tensor_values(values, tensor, shaped);
    return tensor;
  }

  void read_tensor_dtype(const YAML::Node& node, std::size_t i, TensorValue& tensor) {
    std::optional<std::string> name = source_.string(node, "dtype");
    if (!name) return;
    int id = dtype_id(*name);
    if (id < 0) {
      source_.error(node, "unknown dtype '" + *name + "'");
    } else if (strict_ && (op_.param_dtypes(i) >> id & 1u) == 0) {
      source_.error(node, "'" + op_.signature.params[i].name + "' does not take dtype " + *name);
    } else {
      tensor.dtype = *name;
    }
  }

  void read_tensor_fill(const YAML::Node& node, TensorValue& tensor) {
    std::optional<std::string> name = source_.string(node, "fill");
    if (!name) return;
    if (*name != "normal" && *name != "distinct") {
      source_.error(node, "unknown fill '" + *name + "'; it is one of normal, distinct");
    }
    tensor.fill = *name;
  }

  void read_tensor_values(const YAML::Node& node, TensorValue& tensor, bool shaped) {
    if (!node.IsSequence()) return source_.error(node, "values must be a list of numbers");
    for (const YAML::Node& element : node) {
      auto value = source_.number(element, "each of values");
      if (!value) return;
      tensor.values.push_back(*value);
    }
    double count = 1;
    for (std::int64_t size : tensor.shape) count *= static_cast<double>(size);
    if (shaped && count != static_cast<double>(tensor.values.size())) {
      source_.error(node, std::to_string(tensor.values.size()) + " values do not fill the shape");
    }
  }

  YamlSource& source_;
  const Operator& op_;
  bool strict_;
  std::vector<std::string> names_;
};

}  // namespace

void read_samples(YamlSource& source, const YAML::Node& node, Operator& op) {
  if (!node.IsSequence()) return source.error(node, "samples must be a list");
  SampleReader reader(source, op, true);
  for (const YAML::Node& element : node) op.samples.push_back(reader.read(element));
}

void read_errors(YamlSource& source, const YAML::Node& node, Operator& op) {
  if (!node.IsSequence()) return source.error(node, "errors must be a list");
  SampleReader reader(source, op, false);
  for (const YAML::Node& element : node) {
    ErrorSample sample;
    bool has_args = false;
    for (const auto& [key, nodes] : source.map(element, "an error", {"args", "message"})) {
      if (key == "args") {
        sample.args = reader.read(nodes.second);
        has_args = true;
      } else {
        sample.message = source.string(nodes.second, "message").value_or("");
        if (sample.message.empty()) continue;
      }
    }
    if (element.IsMap() && !has_args) source.error(element, "an error has no args");
    if (element.IsMap() && has_args && !element["message"]) source.error(element, "an error has no message");
    op.errors.push_back(std::move(sample));
  }
}

}  // namespace sy::codegen
