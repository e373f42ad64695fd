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

  Function function() const {
    return [this](const std::vector<Tensor>& x) {
      PlacedInputs placed = place(inputs_, device_, true);
      for (std::size_t j = 0; j < x.size(); ++j) {
        Value& value = placed.arguments[at_[j].first].value;
        if (auto* list = std::get_if<std::vector<TensorBase>>(&value)) (*list)[at_[j].second] = x[j];
        else value = TensorBase(x[j]);
      }
      std::vector<Tensor> out;
      for (TensorBase& t : call(case_.op->name, placed.arguments)) {
        if (t.defined() && t.dtype() == kF64) out.emplace_back(std::move(t));
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
  }
}

}  // namespace sy::testing
