// From a case to arguments.
#include <algorithm>
#include <stdexcept>

#include "switchyard/testing/case.h"

namespace sy::testing {
namespace {

class InputMaker {
 public:
  explicit InputMaker(const Case& c) : case_(c), op_(*c.op), signature_(op_.parsed()), random_(c.seed) {}

  Inputs run() {
    for (std::size_t i = 0; i < signature_.params.size(); ++i) add(i);
    return std::move(inputs_);
  }

 private:
  void add(std::size_t i) {
    const Parameter& p = signature_.params[i];
    Inputs::Argument argument{p.name, p.mutated, Value()};
    auto given = case_.sample.find(p.name);
    if (p.type == ArgType::kDtype && variable_without_tensor() >= 0 && case_.t[variable_without_tensor()]) {
      argument.value = Value(*case_.t[variable_without_tensor()]);
    } else if (p.type == ArgType::kDevice && given == case_.sample.end() && !takes_tensors()) {
      argument.value = DeviceName{"current"};
    } else if (p.type == ArgType::kGenerator && given == case_.sample.end()) {
      argument.value = Seed{5};
    } else if (given == case_.sample.end()) {
      return;
    } else {
      std::visit([&](const auto& v) { set(argument, i, v); }, given->second);
    }
    if (case_.lone != Case::Lone::kNo && i == last_t0()) make_lone(argument);
    inputs_.arguments.push_back(std::move(argument));
  }

  /// The last tensor parameter of type T0.
  std::size_t last_t0() const {
    for (std::size_t i = signature_.params.size(); i-- > 0;) {
      if (op_.params[i].kind == DtypeSpec::Kind::kVariable && op_.params[i].index == 0) return i;
    }
    return signature_.params.size();
  }

  void make_lone(Inputs::Argument& argument) const {
    auto* t = std::get_if<Inputs::Tensor>(&argument.value);
    if (t == nullptr || !t->values || t->values->numel() == 0) throw std::invalid_argument("no value to take");
    Scalar value = t->values->at(0);
    t->values->shape.clear();
    t->values->bytes.resize(t->values->dtype.itemsize());
    t->layout = Layout::kContiguous;
    argument.on_cpu = true;
    if (case_.lone == Case::Lone::kNumber) argument.value = Value(value);
  }

  bool takes_tensors() const {
    return std::any_of(signature_.params.begin(), signature_.params.end(),
                       [](const Parameter& p) { return p.is_tensor(); });
  }

  /// The type variable that only the dtype parameter fixes, or -1.
  int variable_without_tensor() const {
    for (int v = 0; v < 4; ++v) {
      if (op_.dtypes[v].empty()) continue;
      auto is_v = [v](const DtypeSpec& s) { return s.kind == DtypeSpec::Kind::kVariable && s.index == v; };
      if (std::none_of(op_.params.begin(), op_.params.end(), is_v)) return v;
    }
    return -1;
  }

  Dtype dtype_of(std::size_t i, const TensorSpec& spec, std::size_t element) const {
    const DtypeSpec& rule = op_.params[i];
    std::optional<Dtype> variable;
    if (rule.kind == DtypeSpec::Kind::kVariable) variable = case_.t[rule.index];
    if (spec.dtype) {
      Dtype declared = *Dtype::parse(*spec.dtype);
      bool index = declared == kI64 && variable && (*variable == kI32 || *variable == kI64);
      return index ? *variable : declared;
    }
    if (rule.kind == DtypeSpec::Kind::kFixed) return *Dtype::parse(rule.name);
    auto mixed = case_.mixed.find(signature_.params[i].name);
    if (mixed != case_.mixed.end() && element % 2 == (signature_.params[i].type == ArgType::kTensorList))
      return mixed->second;
    return variable.value_or(kF32);
  }

  Inputs::Tensor tensor(std::size_t i, const TensorSpec& spec, std::size_t element = 0) {
    if (spec.absent) return {};
    const Parameter& p = signature_.params[i];
    Dtype dtype = dtype_of(i, spec, element);
    Inputs::Tensor t;
    t.layout = case_.layouts[num_tensors_ % case_.layouts.size()];
    bool fixed = !spec.values.empty() || (spec.dtype && (*spec.dtype == "i64" || *spec.dtype == "bool"));
    if (t.layout == Layout::kBroadcast && (p.mutated || fixed)) t.layout = Layout::kTransposed;
    bool variable = op_.params[i].kind == DtypeSpec::Kind::kVariable && op_.params[i].index == 0;
    if (case_.special && variable) {
      std::int64_t numel = 1, run = 1;
      for (std::int64_t size : spec.shape) numel *= size;
      for (std::size_t k = 0; k < num_special_; ++k) run *= num_special_values(dtype);
      t.values = special_values(dtype, numel, run);
      t.values->shape = spec.shape;
      ++num_special_;
    } else {
      t.values = fill(op_, p.name, spec, dtype, case_.values, random_);
    }
    if (t.layout == Layout::kBroadcast) make_broadcastable(*t.values);
    ++num_tensors_;
    return t;
  }

  void set(Inputs::Argument& a, std::size_t i, const TensorSpec& v) { a.value = tensor(i, v); }
  void set(Inputs::Argument& a, std::size_t i, const std::vector<TensorSpec>& v) {
    std::vector<Inputs::Tensor> list;
    for (const TensorSpec& spec : v) list.push_back(tensor(i, spec, list.size()));
    a.value = std::move(list);
  }
  void set(Inputs::Argument& a, std::size_t, const Number& v) {
    if (v.kind == Number::Kind::kBool)
      a.value = Value(v.i != 0);
    else if (v.kind == Number::Kind::kInt)
      a.value = Value(v.i);
    else
      a.value = Value(v.f);
  }
  void set(Inputs::Argument& a, std::size_t, const std::vector<bool>&) {
    throw std::invalid_argument(str_cat("parameter ", a.name, ": lists of bool have no boxed form"));
  }
  void set(Inputs::Argument& a, std::size_t, const None&) { a.value = Value(); }
  void set(Inputs::Argument& a, std::size_t, const DtypeName& v) { a.value = Value(*Dtype::parse(v.name)); }
  void set(Inputs::Argument& a, std::size_t, const DeviceName& v) { a.value = v; }
  void set(Inputs::Argument& a, std::size_t, const Seed& v) { a.value = v; }
  template <typename T>
  void set(Inputs::Argument& a, std::size_t, const T& v) {
    a.value = Value(v);
  }

  const Case& case_;
  const OperatorSamples& op_;
  Signature signature_;
  std::mt19937_64 random_;
  Inputs inputs_;
  std::size_t num_tensors_ = 0;
  std::size_t num_special_ = 0;
};

}  // namespace

Inputs make_inputs(const Case& c) { return InputMaker(c).run(); }

PlacedInputs place(const Inputs& inputs, Device device, bool contiguous) {
  PlacedInputs out;
  auto put = [&](const Inputs::Tensor& t, std::string name, bool mutated, bool on_cpu = false) -> TensorBase {
    if (!t.values) return {};
    Placed placed = place(*t.values, on_cpu ? Device() : device, contiguous ? Layout::kContiguous : t.layout);
    out.tensors.push_back({std::move(name), mutated, placed});
    return placed.tensor;
  };
  for (const Inputs::Argument& a : inputs.arguments) {
    Value value;
    if (auto* v = std::get_if<Value>(&a.value)) {
      value = *v;
    } else if (auto* t = std::get_if<Inputs::Tensor>(&a.value)) {
      value = put(*t, a.name, a.mutated, a.on_cpu);
    } else if (auto* list = std::get_if<std::vector<Inputs::Tensor>>(&a.value)) {
      std::vector<TensorBase> tensors;
      for (const Inputs::Tensor& t : *list)
        tensors.push_back(put(t, str_cat(a.name, "[", tensors.size(), "]"), a.mutated));
      value = std::move(tensors);
    } else if (auto* d = std::get_if<DeviceName>(&a.value)) {
      value = d->name == "current" ? device : Device(d->name);
    } else {
      value = Generator(std::get<Seed>(a.value).seed);
    }
    out.arguments.push_back({a.name, std::move(value)});
  }
  return out;
}

std::string PlacedInputs::changes() const {
  for (const Tensor& t : tensors) {
    std::string changes = t.placed.changes(!t.mutated);
    if (!changes.empty()) return str_cat("argument ", t.name, ": ", changes);
  }
  return "";
}

}  // namespace sy::testing
