#include "switchyard/optim/clip_grad.h"

#include <cmath>

#include "switchyard/autograd/grad_mode.h"

namespace sy::optim {
namespace {

/// A norm of 16-bit gradients may overflow or vanish in their own dtype.
Tensor wide(const Tensor& g) { return g.itemsize() < 4 ? g.to(kF32) : g; }

}  // namespace

double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm) {
  require(max_norm > 0, "clip_grad_norm_: expected a positive max_norm, got ", max_norm);
  NoGrad no_grad;
  std::vector<Tensor> norms;
  for (const Tensor& p : parameters) {
    if (p.grad().defined()) norms.push_back(norm(wide(p.grad())).to(kF64, Device()));
  }
  if (norms.empty()) return 0;
  double total = norm(stack(norms)).item<double>();
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
