#include "switchyard/dispatch/boxed.h"

#include <forward_list>

#include "absl/container/inlined_vector.h"
#include "switchyard/core/copy.h"
#include "switchyard/core/edit_distance.h"

namespace sy {
namespace {

std::optional<Scalar> number(const Value& v) {
  if (auto* s = std::get_if<Scalar>(&v)) return *s;
  if (auto* i = std::get_if<std::int64_t>(&v)) return Scalar(*i);
  if (auto* d = std::get_if<double>(&v)) return Scalar(*d);
  if (auto* b = std::get_if<bool>(&v)) return Scalar(*b);
  return std::nullopt;
}

[[noreturn]] void mismatch(const Operator& op, const Parameter& p, const Value& v) {
  fail(ErrorCode::kInvalidArgument, op.name(), ": argument ", p.name, ": expected ", type_name(p), ", got ",
       kind_of(v));
}

/// How many values of a list one stands for.
std::size_t for_all(const Parameter& p) { return static_cast<std::size_t>(std::max(p.fixed_length, 1)); }

/// v as the type that the parameter has, where there is a way.
Value converted(const Operator& op, const Parameter& p, const Value& v) {
  switch (p.type) {
    case ArgType::kTensor:
      if (auto s = number(v)) return number_tensor(*s);
      break;
    case ArgType::kScalar:
      if (auto s = number(v)) return *s;
      break;
    case ArgType::kInt:
      if (auto* s = std::get_if<Scalar>(&v); s != nullptr && s->is_integral()) return s->to_int();
      break;
    case ArgType::kFloat:
      if (auto s = number(v); s && !s->is_bool()) return s->to_double();
      break;
    case ArgType::kBool:
      if (auto* s = std::get_if<Scalar>(&v); s != nullptr && s->is_bool()) return s->to_bool();
      break;
    case ArgType::kIntList:
      if (auto* i = std::get_if<std::int64_t>(&v)) return std::vector<std::int64_t>(for_all(p), *i);
      if (auto* d = std::get_if<std::vector<double>>(&v); d != nullptr && d->empty()) {
        return std::vector<std::int64_t>();
      }
      break;
    case ArgType::kFloatList:
      if (auto* l = std::get_if<std::vector<std::int64_t>>(&v)) return std::vector<double>(l->begin(), l->end());
      if (auto s = number(v); s && !s->is_bool()) return std::vector<double>(for_all(p), s->to_double());
      break;
    case ArgType::kBoolList:
      if (auto* b = std::get_if<bool>(&v)) return std::vector<bool>(for_all(p), *b);
      break;
    default:
      break;
  }
  mismatch(op, p, v);
}

/// Makes arguments of values: points at those that have the parameter's type, and owns what it had to convert.
class Boxes {
 public:
  explicit Boxes(std::size_t params) { owned_.reserve(2 * params); }

  Arg box(const Operator& op, const Parameter& p, const Value& v) {
    if (std::holds_alternative<std::monostate>(v)) {
      if (!p.optional) mismatch(op, p, v);
      static const TensorBase undefined;
      return p.type == ArgType::kTensor ? arg(undefined) : Arg{};
    }
    if (std::optional<Arg> a = as_it_is(op, p, v)) return *a;
    return *as_it_is(op, p, own(converted(op, p, v)));
  }
  const Value& own(Value v) { return owned_.emplace_back(std::move(v)); }

 private:
  template <typename T>
  static std::optional<Arg> exactly(const Value& v) {
    if (auto* x = std::get_if<T>(&v)) return arg(*x);
    return std::nullopt;
  }
  std::optional<Arg> as_it_is(const Operator& op, const Parameter& p, const Value& v) {
    switch (p.type) {
      case ArgType::kTensor:
        if (auto* t = std::get_if<TensorBase>(&v); t != nullptr && !t->defined() && !p.optional) {
          mismatch(op, p, Value());
        }
        return exactly<TensorBase>(v);
      case ArgType::kTensorList:
        if (auto* l = std::get_if<std::vector<TensorBase>>(&v)) return arg(absl::MakeConstSpan(*l));
        return std::nullopt;
      case ArgType::kScalar:
        return exactly<Scalar>(v);
      case ArgType::kInt:
        return exactly<std::int64_t>(v);
      case ArgType::kFloat:
        return exactly<double>(v);
      case ArgType::kBool:
        return exactly<bool>(v);
      case ArgType::kStr:
        if (auto* s = std::get_if<std::string>(&v))
          return Arg{SY_ARG_STR, static_cast<std::uint32_t>(s->size()), s->data()};
        return std::nullopt;
      case ArgType::kDtype:
        return exactly<Dtype>(v);
      case ArgType::kDevice:
        return exactly<Device>(v);
      case ArgType::kGenerator:
        return exactly<Generator>(v);
      case ArgType::kIntList:
        if (auto* l = std::get_if<std::vector<std::int64_t>>(&v)) return arg(IntArray(*l));
        return std::nullopt;
      case ArgType::kFloatList:
        if (auto* l = std::get_if<std::vector<double>>(&v)) return arg(absl::MakeConstSpan(*l));
        return std::nullopt;
      case ArgType::kBoolList:
        if (auto* l = std::get_if<std::vector<bool>>(&v)) return bools(*l);
        return std::nullopt;
      default:
        return std::nullopt;
    }
  }
  Arg bools(const std::vector<bool>& list) {
    auto& bytes = bool_lists_.emplace_front(list.begin(), list.end());
    return {SY_ARG_BOOL_LIST, static_cast<std::uint32_t>(list.size()), bytes.data()};
  }

  absl::InlinedVector<Value, 6> owned_;  // at most a default and its conversion per parameter, so that none moves
  std::forward_list<std::vector<std::uint8_t>> bool_lists_;  // the ABI's representation; vector<bool> has no elements
};

Value default_of(const Parameter& p) {
  const Default& d = p.default_value;
  switch (d.kind) {
    case Default::Kind::kBool:
      return d.i != 0;
    case Default::Kind::kInt:
      if (p.type == ArgType::kFloat) return static_cast<double>(d.i);
      return d.i;
    case Default::Kind::kFloat:
      return d.f;
    case Default::Kind::kStr:
      return d.text;
    case Default::Kind::kList:
      if (p.type == ArgType::kIntList) return std::vector<std::int64_t>(d.list.begin(), d.list.end());
      if (p.type == ArgType::kBoolList) return std::vector<bool>(d.list.begin(), d.list.end());
      return d.list;
    default:
      return {};
  }
}

std::vector<Value> by_position(Operator& op, const std::vector<NamedValue>& named) {
  const std::vector<Parameter>& params = op.info().signature.params;
  std::vector<Value> values(params.size());
  std::vector<bool> given(params.size(), false);
  for (const NamedValue& n : named) {
    int i = op.info().signature.find_param(n.name);
    if (i < 0) {
      std::vector<std::string> names;
      for (const Parameter& p : params) names.push_back(p.name);
      std::string near = nearest(n.name, names);
      fail(ErrorCode::kInvalidArgument, op.name(), ": no argument is called ", n.name,
           near.empty() ? "" : str_cat("; did you mean ", near, "?"), " Signature: ", op.info().signature.text);
    }
    require(!given[static_cast<std::size_t>(i)], op.name(), ": argument ", n.name, " is given twice");
    values[static_cast<std::size_t>(i)] = n.value;
    given[static_cast<std::size_t>(i)] = true;
  }
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (given[i]) continue;
    require(params[i].has_default(), op.name(), ": argument ", params[i].name,
            " is missing. Signature: ", op.info().signature.text);
    values[i] = default_of(params[i]);
  }
  return values;
}

std::vector<TensorBase> run(Operator& op, absl::Span<const Value> values, Variant variant,
                            std::vector<TensorBase> results) {
  const std::vector<Parameter>& params = op.info().signature.params;
  require(values.size() <= params.size(), op.name(), ": takes ", params.size(), " arguments, got ", values.size());
  Boxes boxes(params.size());
  absl::InlinedVector<Arg, 8> args;
  for (std::size_t i = 0; i < params.size(); ++i) {
    require(i < values.size() || params[i].has_default(), op.name(), ": argument ", params[i].name, " is missing");
    args.push_back(boxes.box(op, params[i], i < values.size() ? values[i] : boxes.own(default_of(params[i]))));
  }
  if (op.info().list_result) {
    require(variant == Variant::kFunction, op.name(), ": has no in-place or out form");
    std::vector<TensorBase> list;
    invoke_list(op, args, &list);
    return list;
  }
  results.resize(op.info().num_results);
  invoke(op, args, results.data(), op.info().num_results, variant);
  return results;
}

}  // namespace

std::string kind_of(const Value& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "None"; }
    std::string operator()(const TensorBase& t) const { return str_cat("a Tensor, ", describe(t)); }
    std::string operator()(const std::vector<TensorBase>&) const { return "a list of Tensors"; }
    std::string operator()(const Scalar& s) const { return str_cat("the number ", s.str()); }
    std::string operator()(std::int64_t v) const { return str_cat("the int ", v); }
    std::string operator()(double v) const { return str_cat("the float ", v); }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(const std::string& s) const { return str_cat("the string \"", s, "\""); }
    std::string operator()(Dtype d) const { return str_cat("the dtype ", d.name()); }
    std::string operator()(Device d) const { return str_cat("the device ", d.str()); }
    std::string operator()(const Generator&) const { return "a Generator"; }
    std::string operator()(const std::vector<std::int64_t>&) const { return "a list of ints"; }
    std::string operator()(const std::vector<double>&) const { return "a list of floats"; }
    std::string operator()(const std::vector<bool>&) const { return "a list of bools"; }
  };
  return std::visit(Visitor{}, value);
}

std::vector<TensorBase> call(std::string_view name, const std::vector<NamedValue>& args) {
  Operator& op = require_operator(name);
  return run(op, by_position(op, args), Variant::kFunction, {});
}

std::vector<TensorBase> call(Operator& op, absl::Span<const Value> args) {
  return run(op, args, Variant::kFunction, {});
}

TensorBase call_inplace(std::string_view name, const std::vector<NamedValue>& args) {
  Operator& op = require_operator(name);
  require(op.def().flags & kOpInplace, op.name(), ": has no in-place form");
  std::vector<Value> values = by_position(op, args);
  auto* self = std::get_if<TensorBase>(&values[0]);
  require(self != nullptr && self->defined(), op.name(), ": the in-place form needs a tensor as its first argument");
  run(op, values, Variant::kInplace, {*self});
  return *self;
}

void call_out(std::string_view name, const std::vector<NamedValue>& args, std::vector<TensorBase> outs) {
  Operator& op = require_operator(name);
  require(op.def().flags & kOpOut, op.name(), ": has no out form");
  require(outs.size() == op.info().num_results, op.name(), ": has ", op.info().num_results, " outputs, got ",
          outs.size());
  run(op, by_position(op, args), Variant::kOut, std::move(outs));
}

}  // namespace sy
