#include "codegen/cpp_names.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "codegen/layout.h"

namespace sy::codegen {
namespace {

const std::set<std::string> kReserved = {
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char",
    "char8_t", "char16_t", "char32_t", "class", "compl", "concept", "const", "consteval", "constexpr", "constinit",
    "const_cast", "continue", "co_await", "co_return", "co_yield", "decltype", "default", "delete", "do", "double",
    "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if",
    "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or",
    "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "requires", "return", "short", "signed",
    "sizeof", "static", "static_assert", "static_cast", "struct", "switch", "template", "this", "thread_local", "throw",
    "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile",
    "wchar_t", "while", "xor", "xor_eq",
    // Names that generated bodies use.
    "arg", "invoke", "invoke_list", "as_tensors", "wrapped_number", "call"};

std::string optional_of(const std::string& type, bool optional) {
  return optional ? "std::optional<" + type + ">" : type;
}

}  // namespace

std::string cpp_name(const std::string& name) { return kReserved.count(name) != 0 ? name + "_" : name; }

std::string identifier(const std::string& op) {
  std::string base = op;
  while (!base.empty() && base.back() == '_') base.pop_back();
  return base.size() == op.size() ? op : base + "_inplace";
}

std::string pascal(const std::string& op) {
  std::string out;
  bool upper = true;
  for (char c : identifier(op)) {
    if (c == '_') {
      upper = true;
    } else {
      out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
      upper = false;
    }
  }
  return out;
}

std::string unique_local(const Operator& op, const std::string& name) {
  std::string local = name;
  auto taken = [&](const Parameter& p) { return cpp_name(p.name) == local; };
  while (std::any_of(op.signature.params.begin(), op.signature.params.end(), taken)) local += "_";
  return local;
}

std::string api_type(const Parameter& param, const std::string& q) {
  switch (param.type) {
    case ArgType::kTensor:
      return "const " + q + "Tensor&";
    case ArgType::kTensorList:
      return q + "TensorList";
    case ArgType::kScalar:
      return param.optional ? "std::optional<" + q + "Scalar>" : "const " + q + "Scalar&";
    case ArgType::kInt:
      return optional_of("std::int64_t", param.optional);
    case ArgType::kFloat:
      return optional_of("double", param.optional);
    case ArgType::kBool:
      return optional_of("bool", param.optional);
    case ArgType::kStr:
      return optional_of("std::string_view", param.optional);
    case ArgType::kDtype:
      return optional_of(q + "Dtype", param.optional);
    case ArgType::kDevice:
      return optional_of(q + "Device", param.optional);
    case ArgType::kGenerator:
      return param.optional ? "std::optional<" + q + "Generator>" : "const " + q + "Generator&";
    case ArgType::kIntList:
      return q + (param.optional ? "OptionalIntArray" : "IntArray");
    case ArgType::kFloatList:
      return "absl::Span<const double>";
    case ArgType::kBoolList:
      return "absl::Span<const bool>";
    default:
      return "void";
  }
}

std::string api_default(const Parameter& param) {
  const Default& value = param.default_value;
  switch (value.kind) {
    case Default::Kind::kAbsent:
      return "";
    case Default::Kind::kNone:
      return param.type == ArgType::kTensor ? "{}" : "std::nullopt";
    case Default::Kind::kStr:
      return string_literal(value.text);
    case Default::Kind::kList: {
      std::string inner = value.source.substr(1, value.source.size() - 2);
      return "{" + inner + "}";
    }
    default:
      if (param.type == ArgType::kFloatList || param.type == ArgType::kBoolList) return "{" + value.source + "}";
      return value.source;
  }
}

std::string api_return_type(const Operator& op, const std::string& q) {
  return op.returns_self() ? "const " + q + "Tensor&" : composite_return_type(op, q);
}

std::string composite_return_type(const Operator& op, const std::string& q) {
  const std::vector<Result>& results = op.signature.results;
  if (results.size() == 1) {
    return results[0].type == ArgType::kTensorList ? "std::vector<" + q + "Tensor>" : q + "Tensor";
  }
  return "std::tuple<" + join(std::vector<std::string>(results.size(), q + "Tensor"), ", ") + ">";
}

std::string accessor(const Parameter& param) {
  std::string name;
  switch (param.type) {
    case ArgType::kTensor:
      return "tensor";
    case ArgType::kTensorList:
      return "tensors";
    case ArgType::kScalar:
      name = "scalar";
      break;
    case ArgType::kInt:
      name = "integer";
      break;
    case ArgType::kFloat:
      name = "floating";
      break;
    case ArgType::kBool:
      name = "boolean";
      break;
    case ArgType::kStr:
      name = "str";
      break;
    case ArgType::kDtype:
      name = "dtype";
      break;
    case ArgType::kDevice:
      name = "device";
      break;
    case ArgType::kGenerator:
      name = "generator";
      break;
    case ArgType::kIntList:
      name = "ints";
      break;
    case ArgType::kFloatList:
      name = "floats";
      break;
    default:
      name = "bools";
      break;
  }
  return param.optional ? "optional_" + name : name;
}

std::string ApiFunction::text(const std::string& head, bool defaults, bool skip_first, const std::string& tail) const {
  std::vector<std::string> items;
  for (std::size_t i = skip_first ? 1 : 0; i < params.size(); ++i) {
    const Param& p = params[i];
    items.push_back(p.type + " " + p.name + (defaults && !p.default_value.empty() ? " = " + p.default_value : ""));
  }
  return wrap_list(head + "(", items, ")" + tail);
}

ApiFunction api_function(const Operator& op, const std::string& q) {
  ApiFunction function{api_return_type(op, q), cpp_name(op.base_name), {}};
  for (const Parameter& param : op.signature.params) {
    function.params.push_back({api_type(param, q), cpp_name(param.name), api_default(param)});
  }
  return function;
}

ApiFunction inplace_function(const Operator& op, const std::string& q) {
  ApiFunction function = api_function(op, q);
  function.returns = "const " + q + "Tensor&";
  function.name = op.base_name + "_";
  return function;
}

ApiFunction out_function(const Operator& op, const std::string& q) {
  ApiFunction function = api_function(op, q);
  function.name = op.base_name + "_out";
  std::string type = "const " + q + "Tensor&";
  if (op.signature.results.size() == 1) {
    function.returns = type;
    function.params.insert(function.params.begin(), {type, unique_local(op, "out"), ""});
    return function;
  }
  function.returns = "void";
  std::vector<ApiFunction::Param> outs;
  for (const Result& result : op.signature.results) outs.push_back({type, unique_local(op, "out_" + result.name), ""});
  function.params.insert(function.params.begin(), outs.begin(), outs.end());
  return function;
}

std::vector<std::size_t> scalar_overloads(const Operator& op) {
  std::vector<std::size_t> tensors;
  if (!op.has_variant("scalar")) return tensors;
  for (std::size_t i = 0; i < op.signature.params.size(); ++i) {
    const Parameter& param = op.signature.params[i];
    if (param.type == ArgType::kTensor && !param.optional) tensors.push_back(i);
  }
  std::vector<std::size_t> replaced;
  if (tensors.size() < 2) return replaced;
  replaced.push_back(tensors.back());
  // A leading tensor of another type (where's condition) leaves two that are alike.
  bool choice = tensors.size() == 3 && op.param_rules[tensors[0]] != op.param_rules[tensors[1]] &&
                op.param_rules[tensors[1]] == op.param_rules[tensors[2]];
  if (choice) replaced.push_back(tensors[1]);
  return replaced;
}

ApiFunction with_scalar(ApiFunction function, std::size_t i, const std::string& q) {
  function.params[i].type = "const " + q + "Scalar&";
  return function;
}

}  // namespace sy::codegen
