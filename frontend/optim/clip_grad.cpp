#include "switchyard/optim/clip_grad.h"

#include <algorithm>
#include <cmath>

#include "switchyard/autograd/grad_mode.h"
#include "switchyard/ops/operators.h"

namespace sy::optim {
namespace {

/// A norm of 16-bit gradients may overflow or vanish in their own dtype.
Tensor wide(const Tensor& g) { return g.itemsize() < 4 ? g.to(kF32) : g; }

/// The 2-norm of 0-d tensors of one device, read back once.
double joint_norm(std::vector<Tensor> norms) {
  const bool any_f64 = std::any_of(norms.begin(), norms.end(), [](const Tensor& n) { return n.dtype() == kF64; });
  for (Tensor& n : norms) n = n.to(any_f64 ? kF64 : kF32);
  return norm(stack(norms)).item<double>();
}

}  // namespace

double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm) {
  require(max_norm > 0, "clip_grad_norm_: expected a positive max_norm, got ", max_norm);
  NoGrad no_grad;
  std::vector<std::vector<Tensor>> norms;  // per device
  for (const Tensor& p : parameters) {
    if (!p.grad().defined()) continue;
    const Tensor n = norm(wide(p.grad()));
    auto same = std::find_if(norms.begin(), norms.end(), [&](const auto& v) { return v[0].device() == n.device(); });
    same == norms.end() ? norms.push_back({n}) : same->push_back(n);
  }
  double total = 0;
  for (const std::vector<Tensor>& of_device : norms) total = std::hypot(total, joint_norm(of_device));
  if (total > max_norm) {
    double scale = max_norm / (total + 1e-6);
    for (const Tensor& p : parameters) {
      if (p.grad().defined()) p.grad().mul_(scale);
    }
  }
  return total;
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double bound) {
  require(bound > 0, "clip_grad_value_: expected a positive bound, got ", bound);
  NoGrad no_grad;
  for (const Tensor& p : parameters) {
    if (p.grad().defined()) p.grad().clamp_(-bound, bound);
  }
}

}  // namespace sy::optim
