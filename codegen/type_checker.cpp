#include "codegen/type_checker.h"

#include <algorithm>

namespace sy::codegen {
namespace {

using Kind = Expr::Kind;

ValueType value(ArgType arg, bool optional = false) {
  ValueType type;
  type.kind = ValueType::kValue;
  type.arg = arg;
  type.optional = optional;
  return type;
}

std::string describe(const ValueType& type) {
  if (type.kind == ValueType::kEmptyList) return "[]";
  if (type.kind == ValueType::kTuple) return std::to_string(type.outputs) + " outputs";
  if (type.arg == ArgType::kNone) return "None";
  Parameter param;
  param.type = type.arg;
  param.optional = type.optional;
  param.optional_elements = type.optional_elements;
  return type_name(param);
}

bool is_number(const ValueType& type) {
  return type.is(ArgType::kInt) || type.is(ArgType::kFloat) || type.is(ArgType::kScalar);
}

/// Whether a value of that type may be given for the parameter.
bool converts(const ValueType& from, const Parameter& to) {
  if (from.kind == ValueType::kEmptyList) {
    return to.type == ArgType::kIntList || to.type == ArgType::kFloatList || to.type == ArgType::kBoolList ||
           to.type == ArgType::kTensorList;
  }
  if (from.kind != ValueType::kValue) return false;
  if (from.arg == ArgType::kNone) return to.optional;
  if (from.optional && !to.optional) return false;
  if (from.optional_elements && !to.optional_elements) return false;
  if (from.arg == to.type) return true;
  if (from.optional) return false;
  switch (to.type) {
    case ArgType::kFloat:
      return from.arg == ArgType::kInt;
    case ArgType::kScalar:
      return from.arg == ArgType::kInt || from.arg == ArgType::kFloat || from.arg == ArgType::kBool;
    case ArgType::kTensor:
      return is_number(from);
    case ArgType::kIntList:
      return from.arg == ArgType::kInt;
    case ArgType::kFloatList:
      return from.arg == ArgType::kIntList;
    default:
      return false;
  }
}

class Checker {
 public:
  Checker(const Schema& schema, const Operator& op, Formula& formula, Diagnostics& diagnostics)
      : schema_(schema), op_(op), formula_(formula), diagnostics_(diagnostics) {}

  void run() {
    ValueType type = check(*formula_.expr);
    if (type.kind == ValueType::kError) return;
    if (formula_.params.size() > 1) return check_joint(type);
    const Parameter& param = op_.signature.params[formula_.params[0]];
    ArgType wanted = param.type;
    if (type.kind == ValueType::kTuple) {
      error(0, "the formula gives " + describe(type) + " for one input");
    } else if (!type.is(wanted)) {
      error(0, "the formula gives " + describe(type) + ", but the gradient of '" + param.name + "' is a " +
                   (wanted == ArgType::kTensor ? "Tensor" : "Tensor[]"));
    }
  }

 private:
  ValueType error(std::size_t offset, const std::string& message) {
    diagnostics_.error(formula_.text.at(offset), message);
    return {};
  }

  void check_joint(const ValueType& type) {
    std::size_t wanted = formula_.params.size();
    for (std::size_t i : formula_.params) {
      if (op_.signature.params[i].type == ArgType::kTensorList) {
        error(0, "'" + op_.signature.params[i].name + "' is a list and cannot share a formula");
        return;
      }
    }
    bool call = formula_.expr->kind == Kind::kCall && type.kind == ValueType::kTuple;
    if (!call || type.outputs != wanted) {
      error(0, "a formula for " + std::to_string(wanted) + " inputs must call an operator with " +
                   std::to_string(wanted) + " outputs; this gives " + describe(type));
    }
  }

  ValueType check(Expr& expr) { return expr.type = check_kind(expr); }

  ValueType check_kind(Expr& expr) {
    switch (expr.kind) {
      case Kind::kInt:
        return value(ArgType::kInt);
      case Kind::kFloat:
        return value(ArgType::kFloat);
      case Kind::kString:
        return value(ArgType::kStr);
      case Kind::kBool:
        return value(ArgType::kBool);
      case Kind::kNone:
        return value(ArgType::kNone, true);
      case Kind::kList:
        return check_list(expr);
      case Kind::kName:
        return check_name(expr, true);
      case Kind::kCall:
        return check_call(expr);
      case Kind::kNegate:
        return check_negate(expr);
      case Kind::kBinary:
        return check_binary(expr);
      case Kind::kMember:
        return check_member(expr);
    }
    return {};
  }

  ValueType check_list(Expr& list) {
    ValueType type;
    type.kind = ValueType::kEmptyList;
    bool first = true;
    bool failed = false;
    for (auto& child : list.children) {
      ValueType element = check(*child);
      if (element.kind == ValueType::kError) {
        failed = true;
        continue;
      }
      ArgType of = ArgType::kNone;
      if (element.is(ArgType::kInt)) of = ArgType::kIntList;
      if (element.is(ArgType::kFloat)) of = ArgType::kFloatList;
      if (element.is(ArgType::kBool)) of = ArgType::kBoolList;
      if (element.is(ArgType::kTensor)) of = ArgType::kTensorList;
      if (of == ArgType::kNone) return error(child->offset, "a list cannot hold " + describe(element));
      bool numbers = !first && (type.is(ArgType::kIntList) || type.is(ArgType::kFloatList)) &&
                     (of == ArgType::kIntList || of == ArgType::kFloatList);
      if (first) {
        type = value(of);
      } else if (numbers) {
        if (of == ArgType::kFloatList) type = value(of);
      } else if (!type.is(of)) {
        return error(child->offset, "the elements of a list are of one type");
      }
      first = false;
    }
    return failed ? ValueType{} : type;
  }

  bool is_grad(const std::string& name, std::size_t& index) {
    const std::vector<Result>& results = op_.signature.results;
    if (results.size() == 1) {
      index = 0;
      return name == op_.grad_name;
    }
    for (index = 0; index < results.size(); ++index) {
      if (name == "grad_" + results[index].name) return true;
    }
    return false;
  }

  std::vector<std::string> known_names() {
    std::vector<std::string> names;
    for (const Parameter& param : op_.signature.params) names.push_back(param.name);
    for (const Result& result : op_.signature.results) names.push_back(result.name);
    if (op_.signature.results.size() == 1) {
      names.push_back(op_.grad_name);
    } else {
      for (const Result& result : op_.signature.results) names.push_back("grad_" + result.name);
    }
    return names;
  }

  bool is_own_input(std::size_t i) {
    return std::find(formula_.params.begin(), formula_.params.end(), i) != formula_.params.end();
  }

  /// by_value: the elements are read, so that a tensor must be saved.
  ValueType check_name(Expr& expr, bool by_value) {
    std::size_t grad = 0;
    if (is_grad(expr.text, grad)) {
      expr.refers = Expr::Refers::kGrad;
      expr.index = grad;
      return value(op_.signature.results[grad].type);
    }
    int param = op_.signature.find_param(expr.text);
    if (param >= 0) {
      expr.refers = Expr::Refers::kParam;
      expr.index = static_cast<std::size_t>(param);
      const Parameter& p = op_.signature.params[expr.index];
      if (by_value && p.is_tensor() && p.mutated) {
        return error(expr.offset, "'" + expr.text + "' is overwritten and cannot be read by a formula");
      }
      (by_value ? formula_.saved_params : formula_.saved_shapes) |= std::uint64_t{1} << expr.index;
      // The formula of an input runs only where it is given.
      bool narrowed = p.is_tensor() && is_own_input(expr.index) && formula_.params.size() == 1;
      ValueType type = value(p.type, p.optional && !narrowed);
      type.optional_elements = p.optional_elements;
      return type;
    }
    int result = op_.signature.find_result(expr.text);
    if (result >= 0) {
      expr.refers = Expr::Refers::kResult;
      expr.index = static_cast<std::size_t>(result);
      if (op_.signature.results[expr.index].type == ArgType::kTensorList) {
        return error(expr.offset, "a formula cannot read a list that the operator returns");
      }
      if (by_value) formula_.saved_results |= std::uint64_t{1} << expr.index;
      return value(ArgType::kTensor);
    }
    return error(expr.offset, "unknown name '" + expr.text + "'" + suggestion(expr.text, known_names()));
  }

  /// A tensor of which metadata alone is read.
  ValueType check_metadata_of(Expr& expr) {
    ValueType type = expr.type = expr.kind == Kind::kName ? check_name(expr, false) : check(expr);
    if (type.kind == ValueType::kError) return type;
    if (type.kind == ValueType::kValue && type.arg == ArgType::kTensor && type.optional) {
      return error(expr.offset, "'" + expr.text + "' may be absent");
    }
    if (!type.is(ArgType::kTensor)) return error(expr.offset, "expected a Tensor, found " + describe(type));
    return type;
  }

  ValueType check_member(Expr& expr) {
    Expr& of = *expr.children[0];
    if (check_metadata_of(of).kind == ValueType::kError) return {};
    if (expr.text == "shape") return value(ArgType::kIntList);
    if (expr.text == "dtype") return value(ArgType::kDtype);
    if (expr.text == "device") return value(ArgType::kDevice);
    if (expr.text == "strides" || expr.text == "storage_offset") {
      if (of.refers == Expr::Refers::kResult) {
        return error(expr.offset, "the " + expr.text + " of an output is not kept");
      }
      if (of.refers == Expr::Refers::kParam) formula_.saved_strides |= std::uint64_t{1} << of.index;
      return value(expr.text == "strides" ? ArgType::kIntList : ArgType::kInt);
    }
    return error(expr.offset, "unknown member '" + expr.text + "'" +
                                  suggestion(expr.text, {"shape", "dtype", "device", "strides", "storage_offset"}));
  }

  ValueType check_negate(Expr& expr) {
    ValueType type = check(*expr.children[0]);
    if (type.kind == ValueType::kError) return type;
    if (type.is(ArgType::kTensor) || is_number(type)) return value(type.arg);
    return error(expr.offset, "'-' does not apply to " + describe(type));
  }

  ValueType check_binary(Expr& expr) {
    ValueType a = check(*expr.children[0]);
    ValueType b = check(*expr.children[1]);
    if (a.kind == ValueType::kError || b.kind == ValueType::kError) return {};
    bool tensor_a = a.is(ArgType::kTensor);
    bool tensor_b = b.is(ArgType::kTensor);
    if ((!tensor_a && !is_number(a)) || (!tensor_b && !is_number(b))) {
      return error(expr.offset, "'" + expr.text + "' does not apply to " + describe(a) + " and " + describe(b));
    }
    if (tensor_a || tensor_b) return value(ArgType::kTensor);
    if (a.is(ArgType::kScalar) || b.is(ArgType::kScalar)) return value(ArgType::kScalar);
    bool ints = a.is(ArgType::kInt) && b.is(ArgType::kInt) && expr.text != "/";
    return value(ints ? ArgType::kInt : ArgType::kFloat);
  }

  ValueType check_call(Expr& call) {
    if (call.text == "size") return check_size(call);
    if (call.text == "reduce_to" && call.children.size() == 2) return check_reduce_to(call);
    const Operator* callee = schema_.find(call.text);
    if (callee == nullptr) {
      for (auto& child : call.children) check(*child);
      return error(call.offset, "unknown operator '" + call.text + "'" + suggestion(call.text, schema_.names()));
    }
    call.callee = &callee->signature;
    if (!callee->has_variant("function") || callee->returns_self()) {
      return error(call.offset, "'" + call.text + "' has no function form that a formula can call");
    }
    if (!check_arguments(call)) return {};
    const std::vector<Result>& results = callee->signature.results;
    if (results.size() == 1) return value(results[0].type);
    ValueType type;
    type.kind = ValueType::kTuple;
    type.outputs = results.size();
    return type;
  }

  ValueType check_size(Expr& call) {
    if (call.children.size() != 2 || !call.keywords[0].empty() || !call.keywords[1].empty()) {
      return error(call.offset, "size takes a tensor and a dimension");
    }
    bool tensor = check_metadata_of(*call.children[0]).kind != ValueType::kError;
    ValueType dim = check(*call.children[1]);
    if (dim.kind == ValueType::kError || !tensor) return {};
    if (!dim.is(ArgType::kInt)) return error(call.children[1]->offset, "expected an int, found " + describe(dim));
    return value(ArgType::kInt);
  }

  ValueType check_reduce_to(Expr& call) {
    if (!call.keywords[0].empty() || !call.keywords[1].empty()) {
      return error(call.offset, "reduce_to(expr, x) takes no keywords");
    }
    ValueType what = check(*call.children[0]);
    Expr& like = *call.children[1];
    if (like.kind != Kind::kName) return error(like.offset, "the second argument of reduce_to must be a name");
    bool named = check_metadata_of(like).kind != ValueType::kError;
    if (what.kind == ValueType::kError || !named) return {};
    if (!what.is(ArgType::kTensor)) {
      return error(call.children[0]->offset, "expected a Tensor, found " + describe(what));
    }
    return value(ArgType::kTensor);
  }

  /// Binds arguments to parameters as a C++ call would.
  bool check_arguments(Expr& call) {
    const Signature& callee = *call.callee;
    bool good = true;
    call.bound.assign(callee.params.size(), -1);
    for (std::size_t k = 0; k < call.children.size(); ++k) {
      ValueType type = check(*call.children[k]);
      int at = find_parameter(call, k);
      if (at < 0) {
        good = false;
        continue;
      }
      call.bound[static_cast<std::size_t>(at)] = static_cast<int>(k);
      const Parameter& param = callee.params[static_cast<std::size_t>(at)];
      if (type.kind == ValueType::kError) {
        good = false;
      } else if (!converts(type, param)) {
        error(call.children[k]->offset, "argument '" + param.name + "' of " + call.text + " is " + type_name(param) +
                                            ", found " + describe(type));
        good = false;
      }
    }
    for (std::size_t i = 0; i < callee.params.size() && good; ++i) {
      if (call.bound[i] < 0 && !callee.params[i].has_default()) {
        error(call.offset, "'" + call.text + "' lacks its argument '" + callee.params[i].name + "'");
        good = false;
      }
    }
    return good;
  }

  int find_parameter(const Expr& call, std::size_t k) {
    const Signature& callee = *call.callee;
    const std::string& keyword = call.keywords[k];
    std::size_t offset = call.keyword_offsets[k];
    if (keyword.empty()) {
      if (k >= callee.params.size()) {
        error(offset, "'" + call.text + "' takes " + std::to_string(callee.params.size()) + " arguments");
        return -1;
      }
      if (callee.params[k].keyword_only) {
        error(offset, "argument '" + callee.params[k].name + "' of " + call.text + " must be given by name");
        return -1;
      }
      return static_cast<int>(k);
    }
    int index = callee.find_param(keyword);
    if (index < 0) {
      std::vector<std::string> names;
      for (const Parameter& param : callee.params) names.push_back(param.name);
      error(offset, "'" + call.text + "' has no parameter '" + keyword + "'" + suggestion(keyword, names));
    } else if (call.bound[static_cast<std::size_t>(index)] >= 0) {
      error(offset, "argument '" + keyword + "' is given twice");
      index = -1;
    }
    return index;
  }

  const Schema& schema_;
  const Operator& op_;
  Formula& formula_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_formula(const Schema& schema, const Operator& op, Formula& formula, Diagnostics& diagnostics) {
  if (formula.expr) Checker(schema, op, formula, diagnostics).run();
}

}  // namespace sy::codegen
