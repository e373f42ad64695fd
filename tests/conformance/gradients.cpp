// First and second derivatives against central differences.
#include <algorithm>
#include <functional>

#include "switchyard/autograd/engine.h"
#include "switchyard/autograd/gradcheck.h"
#include "switchyard/ops/operators.h"
#include "switchyard/testing/compare.h"
#include "switchyard/testing/outcome.h"
#include "switchyard/testing/suite.h"

namespace sy::testing {
namespace {

/// Operators whose gradient is not the derivative of what they compute, on purpose.
struct Exception {
  const char* op;
  const char* param;  // samples that give it are left out; "": all samples
  bool first_result;  // the other results carry no gradient: check the first alone, instead of leaving out
  const char* reason;
};
constexpr Exception kExceptions[] = {
    {"native_layer_norm", "", true, "the statistics carry no gradient"},
    {"native_batch_norm", "", true, "the statistics carry no gradient"},
    {"native_layer_norm_backward", "", false,
     "mean and rstd are recomputed; native_layer_norm's second order covers it"},
    {"native_batch_norm_backward", "", false,
     "mean and rstd are recomputed; native_batch_norm's second order covers it"},
    {"embedding", "padding_idx", false, "the padding row takes no gradient"},
    {"amax_backward", "", false, "a step function of self and result; amax's second order covers it"},
};

const Exception* exception_of(const Case& c) {
  for (const Exception& e : kExceptions) {
    if (c.op->name == e.op && (*e.param == 0 || c.sample.count(e.param) != 0)) return &e;
  }
  return nullptr;
}

/// Splits a case into differentiable inputs and the rest.
class Differentiable {
 public:
  Differentiable(const Case& c, Device device) : case_(c), device_(device), inputs_(make_inputs(c)) {
    for (std::size_t i = 0; i < inputs_.arguments.size(); ++i) {
      const Inputs::Argument& a = inputs_.arguments[i];
      const auto& names = c.op->differentiable;
      if (a.mutated || std::find(names.begin(), names.end(), a.name) == names.end()) continue;
      if (auto* t = std::get_if<Inputs::Tensor>(&a.value)) take(i, 0, *t);
      if (auto* list = std::get_if<std::vector<Inputs::Tensor>>(&a.value)) {
        for (std::size_t k = 0; k < list->size(); ++k) take(i, k, (*list)[k]);
      }
    }
  }

  bool empty() const { return values_.empty(); }

  /// The inputs as leaves, in the given layouts in turn.
  std::vector<Tensor> leaves(const std::vector<Layout>& layouts) const {
    std::vector<Tensor> list;
    for (const Array& values : values_) {
      list.emplace_back(place(values, device_, layouts[list.size() % layouts.size()]).tensor);
      list.back().requires_grad_(true);
    }
    return list;
  }

  /// Whether the first argument is an input, so that the in-place form can be checked.
  bool first_is_input() const { return !at_.empty() && at_[0].first == 0; }

  GradcheckFn function(bool inplace = false) const {
    return [this, inplace](const std::vector<Tensor>& x) {
      PlacedInputs placed = place(inputs_, device_, true);
      for (std::size_t j = 0; j < x.size(); ++j) {
        Value& value = placed.arguments[at_[j].first].value;
        if (auto* list = std::get_if<std::vector<TensorBase>>(&value))
          (*list)[at_[j].second] = x[j];
        else
          value = TensorBase(x[j]);
      }
      if (inplace) {
        placed.arguments[0].value = TensorBase(x[0].clone());
        return std::vector<Tensor>{Tensor(call_inplace(case_.op->name, placed.arguments))};
      }
      std::vector<Tensor> out;
      for (TensorBase& t : call(case_.op->name, placed.arguments)) {
        if (t.defined() && t.dtype() == kF64) out.emplace_back(std::move(t));
        if (exception_of(case_) != nullptr) break;
      }
      return out;
    };
  }

 private:
  void take(std::size_t argument, std::size_t element, const Inputs::Tensor& t) {
    if (!t.values || t.values->dtype != kF64) return;
    at_.emplace_back(argument, element);
    values_.push_back(*t.values);
  }

  const Case& case_;
  Device device_;
  Inputs inputs_;
  std::vector<std::pair<std::size_t, std::size_t>> at_;
  std::vector<Array> values_;
};

/// Whether the result is larger than the first input, so that there is no in-place form of this call.
bool result_differs(const Differentiable& d) {
  std::vector<Tensor> x = d.leaves({Layout::kContiguous});
  return d.function()(x)[0].shape() != x[0].shape();
}

struct Backward {
  std::vector<Tensor> in, grads;
};

/// Backward of the sum of the results, with the differentiable floating inputs as leaves.
Backward backward(const Case& c, Device device) {
  Backward b;
  PlacedInputs placed = place(make_inputs(c), device);
  std::vector<Tensor> out, cotangents;
  for (NamedValue& a : placed.arguments) {
    const auto& names = c.op->differentiable;
    if (std::find(names.begin(), names.end(), a.name) == names.end()) continue;
    std::vector<TensorBase> list;
    if (auto* t = std::get_if<TensorBase>(&a.value)) list = {*t};
    if (auto* l = std::get_if<std::vector<TensorBase>>(&a.value)) list = *l;
    for (const TensorBase& t : list) {
      if (!t.defined() || !t.dtype().is_floating()) continue;
      bool written = false;
      for (const PlacedInputs::Tensor& p : placed.tensors) written |= p.mutated && p.placed.tensor.same_as(t);
      if (written) continue;
      b.in.emplace_back(t);
      b.in.back().requires_grad_(true);
    }
  }
  for (TensorBase& t : call(c.op->name, placed.arguments)) {
    Tensor y(std::move(t));
    if (!y.requires_grad()) continue;
    cotangents.push_back(ones_like(y));
    out.push_back(std::move(y));
  }
  if (!out.empty() && !b.in.empty()) b.grads = grad(out, b.in, cotangents, false, false, true);
  return b;
}

/// The gradients in f32 beside the oracle's.
std::string unlike_oracle(const Case& c, const Options& options) {
  Backward actual = backward(c, options.device);
  Backward expected = backward(c, options.oracle);
  if (actual.grads.size() != expected.grads.size()) {
    return str_cat("gave ", actual.grads.size(), " gradients, expected ", expected.grads.size());
  }
  Tolerance tolerance = tolerance_of(*c.op, kF32);
  tolerance.relative = std::max(tolerance.relative, 1e-4);
  tolerance.absolute = std::max(tolerance.absolute, 1e-4);
  for (std::size_t i = 0; i < actual.grads.size(); ++i) {
    if (actual.grads[i].defined() != expected.grads[i].defined())
      return str_cat("the gradient of input ", i, " is missing");
    if (!actual.grads[i].defined()) continue;
    std::string text = difference(to_array(actual.grads[i]), to_array(expected.grads[i]), tolerance);
    if (!text.empty()) return str_cat("the gradient of input ", i, ": ", text);
  }
  return "";
}

/// Backward in one dtype, or with the last input in another: each gradient has its input's shape and dtype.
std::string wrong_metadata(const Case& c, Device device) {
  auto [in, grads] = backward(c, device);
  if (grads.empty()) return "";
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (grads[i].defined() && (grads[i].shape() != in[i].shape() || grads[i].dtype() != in[i].dtype() ||
                               grads[i].device() != in[i].device())) {
      return str_cat("the gradient of input ", i, " is ", describe(grads[i]), " for ", describe(in[i]));
    }
  }
  return "";
}

/// What fn throws, or "".
std::string error_of(const std::function<void()>& fn) {
  try {
    fn();
    return "";
  } catch (const Error& e) {
    return e.what();
  }
}

std::string metadata_error(const Case& c, Device device) {
  std::string wrong;
  std::string thrown = error_of([&] { wrong = wrong_metadata(c, device); });
  return thrown.empty() ? wrong : thrown;
}

/// First and second order of the operator, or of its in-place form, on leaves in the given layouts.
void check_orders(Case c, const Differentiable& d, const std::vector<Layout>& layouts, Report& report,
                  bool inplace = false) {
  GradcheckOptions options;
  options.atol = 1e-5;
  options.fast = true;
  c.layouts = layouts;
  auto checked = [&](auto&& check) {
    return error_of([&] {
      if (inplace && result_differs(d)) throw NoCase();
      check(d.function(inplace), d.leaves(layouts), options);
    });
  };
  report.run(c, [&] { return checked(gradcheck); });
  c.variation += ", second order";
  report.run(c, [&] { return checked(gradgradcheck); });
}

/// A dtype argument would leave f64, where differences are too coarse.
void stay_in_f64(Sample& sample) {
  for (auto& [name, value] : sample) {
    if (auto* dtype = std::get_if<DtypeName>(&value)) dtype->name = "f64";
    if (auto* spec = std::get_if<TensorSpec>(&value); spec != nullptr && spec->dtype && spec->dtype->starts_with("f")) {
      spec->dtype = "f64";
    }
  }
}

/// Layouts of leaves other than contiguous; none where the arguments only fit a contiguous one.
std::vector<Layout> other_layouts(const OperatorSamples& op) {
  if (op.name == "view" || op.name.starts_with("as_strided")) return {};
  if (op.kind == "view") return {Layout::kStepped};
  return {Layout::kTransposed, Layout::kStepped, Layout::kNegative};
}

}  // namespace

void run_gradients(const OperatorSamples& op, const Options& options, Report& report) {
  if (op.differentiable.empty() || has_tag(op, "uninitialised")) return;
  std::vector<Dtype> set = dtype_set(op, 0);
  if (std::find(set.begin(), set.end(), kF64) == set.end()) return;
  for (Case& c : plain_cases(op, kF64)) {
    c.values = Values::kSmooth;
    stay_in_f64(c.sample);
    if (const Exception* e = exception_of(c); e != nullptr && !e->first_result) continue;
    Differentiable d(c, options.device);
    if (d.empty()) continue;
    check_orders(c, d, {Layout::kContiguous}, report);
    bool strided = options.tier == Tier::kFull || c.variation == "sample 0";
    if (std::vector<Layout> layouts = other_layouts(op); strided && !layouts.empty()) {
      check_orders(c, d, layouts, report);
    }
    if (has_variant(op, "inplace") && d.first_is_input()) {
      c.variation += ", in place";
      check_orders(c, d, {Layout::kContiguous}, report, true);
    }
  }
  if (!(options.dtypes >> SY_F64 & 1)) {
    for (Case& c : plain_cases(op, kF32)) {
      c.variation += ", beside the oracle's";
      report.run(c, [&] { return unlike_oracle(c, options); });
    }
  }
  for (Dtype dtype : set) {
    if (!dtype.is_floating()) continue;
    for (Case& c : plain_cases(op, dtype)) {
      report.run(c, [&] { return metadata_error(c, options.device); });
      if (op.promotion == "none") continue;
      c.mixed[op.parsed().params.back().name] = dtype == kF32 ? kF64 : kF32;
      for (const Parameter& p : op.parsed().params) {
        if (p.type == ArgType::kTensor) c.mixed = {{p.name, dtype == kF32 ? kF64 : kF32}};
      }
      c.variation += ", mixed dtypes";
      report.run(c, [&] { return metadata_error(c, options.device); });
    }
  }
}

}  // namespace sy::testing
