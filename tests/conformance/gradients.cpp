// First and second derivatives against central differences along random directions.
#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>

#include "switchyard/autograd/engine.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/ops/operators.h"
#include "switchyard/testing/outcome.h"
#include "switchyard/testing/suite.h"

namespace sy::testing {
namespace {

constexpr double kStep = 1e-6;

/// Operators whose gradient is not the derivative of what they compute, on purpose.
struct Exception {
  const char* op;
  const char* param;     // samples that give it are left out; "": all samples
  bool first_result;     // the other results carry no gradient: check the first alone, instead of leaving out
  const char* reason;
};
constexpr Exception kExceptions[] = {
    {"native_layer_norm", "", true, "the statistics carry no gradient"},
    {"native_batch_norm", "", true, "the statistics carry no gradient"},
    {"native_layer_norm_backward", "", false, "mean and rstd are recomputed; native_layer_norm's second order covers it"},
    {"native_batch_norm_backward", "", false, "mean and rstd are recomputed; native_batch_norm's second order covers it"},
    {"embedding", "padding_idx", false, "the padding row takes no gradient"},
    {"amax_backward", "", false, "a step function of self and result; amax's second order covers it"},
};

const Exception* exception_of(const Case& c) {
  for (const Exception& e : kExceptions) {
    if (c.op->name == e.op && (*e.param == 0 || c.sample.count(e.param) != 0)) return &e;
  }
  return nullptr;
}

/// Random values of the shape of t, as a tensor on its device.
Array random_like(const Array& like, std::mt19937_64& random) {
  Array a(kF64, like.shape);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (std::int64_t i = 0; i < a.numel(); ++i) a.set(i, uniform(random));
  return a;
}

double dot(const Array& a, const Array& b) {
  double sum = 0;
  for (std::int64_t i = 0; i < a.numel(); ++i) sum += a.at(i).to_double() * b.at(i).to_double();
  return sum;
}

Array moved(const Array& x, const Array& direction, double step) {
  Array y = x;
  for (std::int64_t i = 0; i < x.numel(); ++i) y.set(i, x.at(i).to_double() + step * direction.at(i).to_double());
  return y;
}

/// From inputs to outputs on a device. Inputs and outputs are f64.
using Function = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

class GradientCheck {
 public:
  GradientCheck(Function fn, std::vector<Array> inputs, std::vector<Layout> layouts, Device device)
      : fn_(std::move(fn)), inputs_(std::move(inputs)), layouts_(std::move(layouts)), device_(device) {}

  /// "" or how the gradient differs.
  std::string first() { return compare(fn_, inputs_); }

  /// The same of the gradient, as a function of the inputs and of the incoming gradients.
  std::string second() {
    std::vector<Array> outputs = read(fn_(leaves(inputs_)));
    std::vector<Array> all = inputs_;
    for (const Array& out : outputs) all.push_back(random_like(out, random_));
    std::size_t n = inputs_.size();
    Function gradient = [this, n](const std::vector<Tensor>& x) {
      std::vector<Tensor> in(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(n));
      std::vector<Tensor> cotangents(x.begin() + static_cast<std::ptrdiff_t>(n), x.end());
      std::vector<Tensor> out = fn_(in), used, used_cotangents;
      for (std::size_t k = 0; k < out.size(); ++k) {
        if (!out[k].requires_grad()) continue;
        used.push_back(out[k]);
        used_cotangents.push_back(cotangents[k]);
      }
      std::vector<Tensor> grads = used.empty() ? std::vector<Tensor>(n) : grad(used, in, used_cotangents, false, true, true);
      for (std::size_t i = 0; i < n; ++i) {
        if (!grads[i].defined()) grads[i] = zeros_like(in[i]);
      }
      return grads;
    };
    return compare(gradient, all);
  }

 private:
  std::vector<Tensor> leaves(const std::vector<Array>& values) const {
    std::vector<Tensor> list;
    for (std::size_t i = 0; i < values.size(); ++i) {
      Layout layout = layouts_[i % layouts_.size()];
      if (layout == Layout::kBroadcast) layout = Layout::kTransposed;
      list.emplace_back(place(values[i], device_, layout).tensor);
      list.back().requires_grad_(true);
    }
    return list;
  }

  static std::vector<Array> read(const std::vector<Tensor>& list) {
    std::vector<Array> out;
    for (const Tensor& t : list) out.push_back(to_array(t));
    return out;
  }

  /// The sum of outputs times cotangents.
  double value(const Function& fn, const std::vector<Array>& x, const std::vector<Array>& cotangents) const {
    std::vector<Array> y = read(fn(leaves(x)));
    double sum = 0;
    for (std::size_t k = 0; k < y.size(); ++k) sum += dot(y[k], cotangents[k]);
    return sum;
  }

  std::string compare(const Function& fn, const std::vector<Array>& x) {
    std::vector<Tensor> in = leaves(x);
    std::vector<Tensor> out = fn(in);
    std::vector<Array> cotangents;
    std::vector<Tensor> used, used_cotangents;
    for (const Array& y : read(out)) {
      cotangents.push_back(random_like(y, random_));
      std::size_t k = cotangents.size() - 1;
      if (!out[k].requires_grad()) continue;
      used.push_back(out[k]);
      used_cotangents.emplace_back(place(cotangents.back(), device_, layouts_[k % layouts_.size()] == Layout::kContiguous
                                                                         ? Layout::kContiguous
                                                                         : Layout::kTransposed)
                                       .tensor);
    }
    std::vector<Tensor> grads(in.size());
    if (!used.empty()) grads = grad(used, in, used_cotangents, false, false, true);
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (x[i].numel() == 0) continue;
      if (grads[i].defined() && (grads[i].shape() != in[i].shape() || grads[i].dtype() != in[i].dtype())) {
        return str_cat("the gradient of input ", i, " is ", describe(grads[i]), " for ", describe(in[i]));
      }
      Array direction = random_like(x[i], random_);
      double analytic = grads[i].defined() ? dot(to_array(grads[i]), direction) : 0;
      std::vector<Array> up = x, down = x;
      up[i] = moved(x[i], direction, kStep);
      down[i] = moved(x[i], direction, -kStep);
      double numeric = (value(fn, up, cotangents) - value(fn, down, cotangents)) / (2 * kStep);
      if (!(std::abs(analytic - numeric) <= 1e-5 + 1e-5 * std::max(std::abs(numeric), scale(x, cotangents)))) {
        return str_cat("along a random direction of input ", i, " the gradient gives ", analytic, ", differences give ", numeric);
      }
    }
    return "";
  }

  /// Differences lose about value / step * 1e-16; values are of the order of the number of terms.
  static double scale(const std::vector<Array>&, const std::vector<Array>& cotangents) {
    std::int64_t n = 0;
    for (const Array& c : cotangents) n += c.numel();
    return std::sqrt(static_cast<double>(n));
  }

  Function fn_;
  std::vector<Array> inputs_;
  std::vector<Layout> layouts_;
  Device device_;
  std::mt19937_64 random_{17};
};

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

  const std::vector<Array>& values() const { return values_; }

  /// Whether the first argument is an input, so that the in-place form can be checked.
  bool first_is_input() const { return !at_.empty() && at_[0].first == 0; }

  Function function(bool inplace = false) const {
    return [this, inplace](const std::vector<Tensor>& x) {
      PlacedInputs placed = place(inputs_, device_, true);
      for (std::size_t j = 0; j < x.size(); ++j) {
        Value& value = placed.arguments[at_[j].first].value;
        if (auto* list = std::get_if<std::vector<TensorBase>>(&value)) (*list)[at_[j].second] = x[j];
        else value = TensorBase(x[j]);
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
bool call_shape_differs(const Differentiable& d, Device device) {
  std::vector<Tensor> x;
  for (const Array& a : d.values()) x.emplace_back(place(a, device, Layout::kContiguous).tensor);
  return d.function()(x)[0].shape() != x[0].shape();
}

/// Backward in one dtype, or with the last input in another: each gradient has its input's shape and dtype.
std::string check_metadata(const Case& c, Device device) {
  PlacedInputs placed = place(make_inputs(c), device);
  std::vector<Tensor> in, out, cotangents;
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
      in.emplace_back(t);
      in.back().requires_grad_(true);
    }
  }
  for (TensorBase& t : call(c.op->name, placed.arguments)) {
    Tensor y(std::move(t));
    if (!y.requires_grad()) continue;
    cotangents.push_back(ones_like(y));
    out.push_back(std::move(y));
  }
  if (out.empty() || in.empty()) return "";
  std::vector<Tensor> grads = grad(out, in, cotangents, false, false, true);
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (grads[i].defined() && (grads[i].shape() != in[i].shape() || grads[i].dtype() != in[i].dtype() || grads[i].device() != in[i].device())) {
      return str_cat("the gradient of input ", i, " is ", describe(grads[i]), " for ", describe(in[i]));
    }
  }
  return "";
}

std::string guarded(const std::function<std::string()>& fn) {
  try {
    return fn();
  } catch (const Error& e) {
    return str_cat("threw: ", e.what());
  }
}

}  // namespace

void run_gradients(const OperatorSamples& op, const Options& options, Report& report) {
  if (op.differentiable.empty() || has_tag(op, "uninitialised")) return;
  std::vector<Dtype> set = dtype_set(op, 0);
  if (std::find(set.begin(), set.end(), kF64) == set.end()) return;
  for (Case& c : plain_cases(op, kF64)) {
    c.values = Values::kSmooth;
    // A dtype argument would leave f64, where differences are too coarse.
    for (auto& [name, value] : c.sample) {
      if (auto* dtype = std::get_if<DtypeName>(&value)) dtype->name = "f64";
      if (auto* spec = std::get_if<TensorSpec>(&value); spec != nullptr && spec->dtype && spec->dtype->starts_with("f")) {
        spec->dtype = "f64";
      }
    }
    if (const Exception* e = exception_of(c); e != nullptr && !e->first_result) continue;
    Differentiable d(c, options.device);
    if (d.values().empty()) continue;
    for (bool strided : {false, true}) {
      if (strided && options.tier == Tier::kQuick && c.variation != "sample 0") continue;
      if (strided && op.name.starts_with("as_strided")) continue;
      std::vector<Layout> layouts = {Layout::kContiguous};
      if (strided) layouts = {Layout::kTransposed, Layout::kStepped, Layout::kNegative};
      if (strided && op.kind == "view") layouts = {Layout::kStepped};
      if (strided && op.name == "view") continue;
      GradientCheck check(d.function(), d.values(), layouts, options.device);
      Case shown = c;
      shown.layouts = layouts;
      report.add(shown, guarded([&] { return check.first(); }));
      shown.variation += ", second order";
      report.add(shown, guarded([&] { return check.second(); }));
    }
    if (has_variant(op, "inplace") && d.first_is_input()) {
      if (call_shape_differs(d, options.device)) continue;
      GradientCheck check(d.function(true), d.values(), {Layout::kContiguous}, options.device);
      c.variation += ", in place";
      report.add(c, guarded([&] { return check.first(); }));
      c.variation += ", second order";
      report.add(c, guarded([&] { return check.second(); }));
    }
  }
  for (Dtype dtype : set) {
    if (!dtype.is_floating()) continue;
    for (Case& c : plain_cases(op, dtype)) {
      report.add(c, guarded([&] { return check_metadata(c, options.device); }));
      if (op.promotion == "none") continue;
      c.mixed[op.parsed().params.back().name] = dtype == kF32 ? kF64 : kF32;
      for (const Parameter& p : op.parsed().params) {
        if (p.type == ArgType::kTensor) c.mixed = {{p.name, dtype == kF32 ? kF64 : kF32}};
      }
      c.variation += ", mixed dtypes";
      report.add(c, guarded([&] { return check_metadata(c, options.device); }));
    }
  }
}

}  // namespace sy::testing
