#include "codegen/formula_cpp.h"

#include "codegen/cpp_names.h"
#include "codegen/layout.h"

namespace sy::codegen {
namespace {

using Kind = Expr::Kind;
using Refers = Expr::Refers;

enum Precedence { kSum = 1, kProduct, kUnary, kPostfix };

class Emitter {
 public:
  Emitter(const Schema& schema, const Operator& op) : schema_(schema), op_(op), q_(schema.is_core() ? "" : "sy::") {}

  /// In parentheses where the context binds tighter than the expression.
  std::string emit(const Expr& expr, int context = 0) {
    std::string text = emit_kind(expr);
    return precedence(expr) < context ? "(" + text + ")" : text;
  }

 private:
  static int precedence(const Expr& expr) {
    switch (expr.kind) {
      case Kind::kBinary:
        return expr.text == "+" || expr.text == "-" ? kSum : kProduct;
      case Kind::kNegate:
        return kUnary;
      case Kind::kInt:
      case Kind::kFloat:
        return expr.text[0] == '-' ? kUnary : kPostfix;
      default:
        return kPostfix;
    }
  }

  std::string emit_kind(const Expr& expr) {
    switch (expr.kind) {
      case Kind::kInt:
      case Kind::kFloat:
      case Kind::kBool:
        return expr.text;
      case Kind::kString:
        return string_literal(expr.text);
      case Kind::kNone:
        return "std::nullopt";
      case Kind::kList:
        return emit_list(expr);
      case Kind::kName:
        return emit_name(expr);
      case Kind::kCall:
        return emit_call(expr);
      case Kind::kNegate:
        // A second minus in front would read as a decrement.
        return "-" + emit(*expr.children[0], kPostfix);
      case Kind::kBinary:
        return emit_binary(expr);
      case Kind::kMember:
        return emit_member(expr);
    }
    return "";
  }

  std::string emit_binary(const Expr& expr) {
    const Expr& a = *expr.children[0];
    const Expr& b = *expr.children[1];
    int own = precedence(expr);
    std::string left = emit(a, own);
    bool ints = a.type.is(ArgType::kInt) && b.type.is(ArgType::kInt);
    if (ints && expr.text == "/") left = "static_cast<double>(" + emit(a) + ")";
    return left + " " + expr.text + " " + emit(b, own + 1);
  }

  std::string emit_list(const Expr& list) {
    std::vector<std::string> items;
    for (const auto& child : list.children) items.push_back(emit(*child));
    std::string inner = "{" + join(items, ", ") + "}";
    if (list.type.is(ArgType::kIntList)) return q_ + "IntArray" + inner;
    if (list.type.is(ArgType::kTensorList)) return q_ + "TensorList(" + inner + ")";
    return inner;
  }

  std::string emit_name(const Expr& expr) {
    std::string index = std::to_string(expr.index);
    if (expr.refers == Refers::kGrad) return "b.grad(" + index + ")";
    if (expr.refers == Refers::kResult) return "b.result(" + index + ")";
    const Parameter& param = op_.signature.params[expr.index];
    if (param.type == ArgType::kTensor) return "b.param(" + index + ")";
    if (param.type == ArgType::kTensorList) return "b.params(" + index + ")";
    return "b." + accessor(param) + "(" + index + ")";
  }

  /// The metadata of a tensor, by the accessor of Backward or of the tensor: `shape`, `size` and so on.
  std::string metadata(const Expr& of, const std::string& member, const std::string& argument = "") {
    std::string index = std::to_string(of.index);
    if (of.kind == Kind::kName && of.refers == Refers::kParam) {
      std::string name = member == "dtype" || member == "device" ? member + "_of" : member;
      return "b." + name + "(" + index + (argument.empty() ? "" : ", " + argument) + ")";
    }
    // An output has the shape, dtype and device of its gradient, which need not be saved.
    bool output = of.kind == Kind::kName && of.refers == Refers::kResult;
    std::string tensor = output ? "b.grad(" + index + ")" : emit(of, kPostfix);
    return tensor + "." + member + "(" + argument + ")";
  }

  std::string emit_member(const Expr& expr) { return metadata(*expr.children[0], expr.text); }

  std::string emit_call(const Expr& call) {
    if (call.text == "size") return metadata(*call.children[0], "size", emit(*call.children[1]));
    if (call.callee == nullptr) {
      const Expr& like = *call.children[1];
      return "b.reduce_to(" + emit(*call.children[0]) + ", " + metadata(like, "shape") + ", " +
             metadata(like, "dtype") + ")";
    }
    const Signature& callee = *call.callee;
    std::size_t count = callee.params.size();
    while (count > 0 && call.bound[count - 1] < 0) --count;
    std::vector<std::string> arguments;
    for (std::size_t i = 0; i < count; ++i) {
      int bound = call.bound[i];
      const Parameter& param = callee.params[i];
      arguments.push_back(bound < 0 ? emit_default(param)
                                    : emit_argument(*call.children[static_cast<std::size_t>(bound)], param));
    }
    return function_name(callee) + "(" + join(arguments, ", ") + ")";
  }

  std::string function_name(const Signature& callee) {
    std::size_t colons = callee.name.find("::");
    if (colons != std::string::npos)
      return callee.name.substr(0, colons) + "::" + cpp_name(callee.name.substr(colons + 2));
    return q_ + cpp_name(callee.name);
  }

  std::string emit_default(const Parameter& param) {
    if (param.type == ArgType::kTensor) return q_ + "Tensor()";
    std::string value = api_default(param);
    return param.type == ArgType::kIntList && value[0] == '{' ? q_ + "IntArray" + value : value;
  }

  std::string emit_argument(const Expr& expr, const Parameter& param) {
    if (expr.kind == Kind::kNone) return param.type == ArgType::kTensor ? q_ + "Tensor()" : "std::nullopt";
    bool list = expr.kind == Kind::kList;
    if (list && expr.type.kind == ValueType::kEmptyList) {
      if (param.type == ArgType::kTensorList) return q_ + "TensorList()";
      return param.type == ArgType::kIntList ? q_ + "IntArray()" : "{}";
    }
    if (list && param.type == ArgType::kFloatList) {
      std::vector<std::string> items;
      for (const auto& child : expr.children) items.push_back("static_cast<double>(" + emit(*child) + ")");
      return "{" + join(items, ", ") + "}";
    }
    bool number =
        expr.type.arg == ArgType::kInt || expr.type.arg == ArgType::kFloat || expr.type.arg == ArgType::kScalar;
    if (param.type == ArgType::kTensor && number) return q_ + "wrapped_number(" + emit(expr) + ")";
    return emit(expr);
  }

  const Schema& schema_;
  const Operator& op_;
  std::string q_;
};

}  // namespace

std::string formula_cpp(const Schema& schema, const Operator& op, const Expr& expr) {
  return Emitter(schema, op).emit(expr);
}

}  // namespace sy::codegen
