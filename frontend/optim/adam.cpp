#include "switchyard/optim/adam.h"

#include <cmath>

#include "switchyard/ops/operators.h"

namespace sy::optim {

void Adam::add_group(const std::vector<Tensor>& parameters, AdamOptions o) {
  require(o.lr >= 0 && o.eps >= 0 && o.weight_decay >= 0, "Adam: lr, eps and weight_decay must not be negative");
  require(o.beta1 >= 0 && o.beta1 < 1 && o.beta2 >= 0 && o.beta2 < 1, "Adam: betas must lie in [0, 1)");
  std::size_t first = add_parameters(parameters);
  groups_.push_back({first, parameters.size(), o});
}

void Adam::step() {
  NoGrad no_grad;
  for (const Group& group : groups_) {
    for (std::size_t i = group.first; i < group.first + group.count; ++i) update(i, group.options);
  }
}

void Adam::update(std::size_t i, const AdamOptions& o) {
  const Tensor& p = parameters_[i];
  Tensor g = p.grad();
  if (!g.defined()) return;
  auto& state = state_[i];
  Tensor& m = state["exp_avg"];
  Tensor& v = state["exp_avg_sq"];
  Tensor& count = state["step"];  // 0-d on cpu
  if (!m.defined()) {
    m = zeros_like(p);
    v = zeros_like(p);
    count = zeros(IntArray(nullptr, 0), kI64, Device());
  }
  std::int64_t t = ++*count.data<std::int64_t>();
  if (decoupled_) {
    if (o.weight_decay != 0) p.mul_(1 - o.lr * o.weight_decay);
  } else if (o.weight_decay != 0) {
    g = add(g, p, o.weight_decay);
  }
  m.mul_(o.beta1).add_(g, 1 - o.beta1);
  v.mul_(o.beta2).addcmul_(g, g, 1 - o.beta2);
  double correction1 = 1 - std::pow(o.beta1, static_cast<double>(t)),
         correction2 = 1 - std::pow(o.beta2, static_cast<double>(t));
  Tensor denominator = sqrt(v).mul_(1 / std::sqrt(correction2)).add_(o.eps);
  p.addcdiv_(m, denominator, -o.lr / correction1);
}

}  // namespace sy::optim
