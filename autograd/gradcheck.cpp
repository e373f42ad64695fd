#include "switchyard/autograd/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "switchyard/autograd/engine.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {

std::vector<double> host_values(const Tensor& t) {
  Tensor host = t.detach().to(kF64, Device()).contiguous();
  std::vector<double> values(static_cast<std::size_t>(host.numel()));
  copy_to_host(host, values.data());
  return values;
}

std::vector<Tensor> floating(std::vector<Tensor> outputs) {
  std::erase_if(outputs, [](const Tensor& t) { return !t.defined() || !t.dtype().is_floating(); });
  return outputs;
}

/// All outputs' elements with one input element moved by delta.
std::vector<std::vector<double>> evaluate(const GradcheckFn& fn, const std::vector<Tensor>& inputs, std::size_t which,
                                          std::int64_t element, double delta) {
  std::vector<Tensor> moved;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i != which) {
      moved.push_back(inputs[i].defined() ? inputs[i].detach() : inputs[i]);
      continue;
    }
    std::vector<double> values = host_values(inputs[i]);
    values[static_cast<std::size_t>(element)] += delta;
    Tensor host = empty(inputs[i].shape(), kF64, Device());
    copy_from_host(host, values.data());
    moved.push_back(host.to(inputs[i].device()));
  }
  // The function may itself differentiate, so recording stays on and the inputs are leaves again.
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].defined() && inputs[i].requires_grad()) {
      moved[i] = moved[i].clone();
      moved[i].requires_grad_();
    }
  }
  std::vector<std::vector<double>> out;
  for (const Tensor& t : floating(fn(moved))) out.push_back(host_values(t));
  return out;
}

Tensor from_values(const Tensor& like, const std::vector<double>& values) {
  Tensor host = empty(like.shape(), kF64, Device());
  copy_from_host(host, values.data());
  return host.to(like.dtype(), like.device());
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// Compares along random directions.
class FastCheck {
 public:
  FastCheck(const GradcheckFn& fn, const std::vector<Tensor>& inputs, const GradcheckOptions& options)
      : fn_(fn), inputs_(inputs), options_(options) {}

  void run() {
    std::vector<Tensor> outputs = floating(fn_(inputs_)), roots, seeds, wanted;
    std::size_t terms = 0;
    for (const Tensor& t : outputs) {
      weights_.push_back(random_values(t.numel()));
      terms += weights_.back().size();
      if (!t.requires_grad()) continue;
      roots.push_back(t);
      seeds.push_back(from_values(t, weights_.back()));
    }
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (!inputs_[i].defined() || !inputs_[i].requires_grad()) continue;
      wanted.push_back(inputs_[i]);
      positions.push_back(i);
    }
    std::vector<Tensor> grads(wanted.size());
    if (!roots.empty()) grads = grad(roots, wanted, seeds, false, false, true);
    // Differences lose digits in proportion to the sum that they are taken of.
    double size = std::sqrt(static_cast<double>(terms));
    for (std::size_t w = 0; w < wanted.size(); ++w) compare(wanted[w], grads[w], positions[w], size);
  }

 private:
  std::vector<double> random_values(std::int64_t n) {
    std::vector<double> values(static_cast<std::size_t>(n));
    for (double& v : values) v = static_cast<double>(random_() >> 11) * 0x1p-52 - 1;
    return values;
  }

  void compare(const Tensor& input, const Tensor& gradient, std::size_t position, double size) {
    if (input.numel() == 0) return;
    require(!gradient.defined() || (gradient.shape() == input.shape() && gradient.dtype() == input.dtype()),
            "gradcheck: the gradient of input ", position, " is ", describe(gradient), " for ", describe(input));
    std::vector<double> direction = random_values(input.numel());
    double analytic = gradient.defined() ? dot(host_values(gradient), direction) : 0;
    double numeric =
        (value(position, direction, options_.eps) - value(position, direction, -options_.eps)) / (2 * options_.eps);
    bool close = std::fabs(analytic - numeric) <= options_.atol + options_.rtol * std::max(std::fabs(numeric), size);
    require(close, "gradcheck: along a random direction of input ", position, ": analytic ", analytic, ", numeric ",
            numeric);
  }

  /// The weighted sum of all outputs with one input moved.
  double value(std::size_t which, const std::vector<double>& direction, double step) const {
    std::vector<Tensor> moved;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      moved.push_back(inputs_[i]);
      if (!inputs_[i].defined()) continue;
      std::vector<double> values;
      if (i == which) {
        values = host_values(inputs_[i]);
        for (std::size_t e = 0; e < values.size(); ++e) values[e] += step * direction[e];
      }
      moved[i] = i == which ? from_values(inputs_[i], values) : inputs_[i].detach();
      if (inputs_[i].requires_grad()) moved[i].requires_grad_();
    }
    double sum = 0;
    std::size_t k = 0;
    for (const Tensor& t : floating(fn_(moved))) sum += dot(host_values(t), weights_[k++]);
    return sum;
  }

  const GradcheckFn& fn_;
  const std::vector<Tensor>& inputs_;
  const GradcheckOptions& options_;
  std::vector<std::vector<double>> weights_;  // per output
  std::mt19937_64 random_{17};
};

/// The gradients of fn as a function of its inputs and of the incoming gradients, one for each floating output.
void fast_second_order(const GradcheckFn& fn, const std::vector<Tensor>& inputs, const GradcheckOptions& options) {
  std::size_t n = inputs.size();
  GradcheckFn gradients = [&fn, n](const std::vector<Tensor>& all) {
    std::vector<Tensor> in(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n)), roots, seeds, wanted;
    std::size_t k = n;
    for (const Tensor& t : floating(fn(in))) {
      if (t.requires_grad()) {
        roots.push_back(t);
        seeds.push_back(all[k]);
      }
      ++k;
    }
    for (const Tensor& t : in) {
      if (t.defined() && t.requires_grad()) wanted.push_back(t);
    }
    std::vector<Tensor> grads(wanted.size());
    if (!roots.empty()) grads = grad(roots, wanted, seeds, false, true, true);
    for (std::size_t w = 0; w < wanted.size(); ++w) {
      if (!grads[w].defined()) grads[w] = zeros_like(wanted[w]);
    }
    return grads;
  };
  std::vector<Tensor> all = inputs;
  for (const Tensor& t : floating(fn(inputs))) {
    all.push_back(cos(reshape(arange(0, t.numel(), 1, t.dtype()), t.shape())).detach().to(t.device()));
    all.back().requires_grad_();
  }
  FastCheck(gradients, all, options).run();
}

}  // namespace

void gradcheck(const GradcheckFn& fn, const std::vector<Tensor>& inputs, const GradcheckOptions& o) {
  std::vector<Tensor> wanted;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined() || !inputs[i].requires_grad()) continue;
    require(inputs[i].dtype() == kF64, "gradcheck: input ", i, " is ", inputs[i].dtype().name(), ", expected f64");
    wanted.push_back(inputs[i]);
    positions.push_back(i);
  }
  require(!wanted.empty(), "gradcheck: no input needs a gradient");
  if (o.fast) return FastCheck(fn, inputs, o).run();
  std::vector<Tensor> outputs = floating(fn(inputs));
  // Analytic: one row of the Jacobian per output element.
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    std::int64_t rows = outputs[k].numel();
    std::vector<std::vector<std::vector<double>>> analytic;  // row, input, element
    for (std::int64_t r = 0; r < rows; ++r) {
      std::vector<std::vector<double>> row;
      if (outputs[k].requires_grad()) {
        std::vector<double> seed(static_cast<std::size_t>(rows), 0.0);
        seed[static_cast<std::size_t>(r)] = 1;
        Tensor host = empty(outputs[k].shape(), kF64, Device());
        copy_from_host(host, seed.data());
        std::vector<Tensor> grads =
            grad({outputs[k]}, wanted, {host.to(outputs[k].dtype(), outputs[k].device())}, true, false, true);
        for (std::size_t w = 0; w < wanted.size(); ++w) {
          row.push_back(grads[w].defined() ? host_values(grads[w])
                                           : std::vector<double>(static_cast<std::size_t>(wanted[w].numel()), 0.0));
        }
      } else {
        for (const Tensor& w : wanted) row.emplace_back(static_cast<std::size_t>(w.numel()), 0.0);
      }
      analytic.push_back(std::move(row));
    }
    for (std::size_t w = 0; w < wanted.size(); ++w) {
      for (std::int64_t e = 0; e < wanted[w].numel(); ++e) {
        std::vector<double> up = evaluate(fn, inputs, positions[w], e, o.eps)[k];
        std::vector<double> down = evaluate(fn, inputs, positions[w], e, -o.eps)[k];
        for (std::int64_t r = 0; r < rows; ++r) {
          double numeric = (up[static_cast<std::size_t>(r)] - down[static_cast<std::size_t>(r)]) / (2 * o.eps);
          double exact = analytic[static_cast<std::size_t>(r)][w][static_cast<std::size_t>(e)];
          bool close = std::fabs(numeric - exact) <= o.atol + o.rtol * std::fabs(numeric) ||
                       (std::isnan(numeric) && std::isnan(exact));
          if (!close) {
            fail(ErrorCode::kInvalidArgument, "gradcheck: output ", k, " element ", r, " for input ", positions[w],
                 " element ", e, ": analytic ", exact, ", numeric ", numeric);
          }
        }
      }
    }
  }
}

void gradgradcheck(const GradcheckFn& fn, const std::vector<Tensor>& inputs, const GradcheckOptions& options) {
  if (options.fast) return fast_second_order(fn, inputs, options);
  // The gradients of all outputs, weighted with fixed numbers that differ per element, as a function of the inputs.
  GradcheckFn gradients = [&fn](const std::vector<Tensor>& in) {
    std::vector<Tensor> outputs = floating(fn(in)), roots, seeds, wanted;
    for (const Tensor& t : outputs) {
      if (!t.requires_grad()) continue;
      roots.push_back(t);
      Tensor ramp = reshape(arange(0, t.numel(), 1, t.dtype()), t.shape());  // on cpu: the device may have few kernels
      seeds.push_back((cos(ramp) + 0.5).to(t.device()));
    }
    for (const Tensor& t : in) {
      if (t.defined() && t.requires_grad()) wanted.push_back(t);
    }
    require(!roots.empty(), "gradgradcheck: no output needs a gradient");
    std::vector<Tensor> grads = grad(roots, wanted, seeds, true, true, true);
    std::erase_if(grads, [](const Tensor& t) { return !t.defined(); });
    return grads;
  };
  gradcheck(gradients, inputs, options);
}

}  // namespace sy
