#include "switchyard/optim/sgd.h"

#include "switchyard/ops/operators.h"

namespace sy::optim {

void SGD::add_group(const std::vector<Tensor>& parameters, SGDOptions o) {
  require(o.lr >= 0 && o.momentum >= 0 && o.weight_decay >= 0,
          "SGD: lr, momentum and weight_decay must not be negative");
  require(!o.nesterov || (o.momentum > 0 && o.dampening == 0), "SGD: nesterov needs momentum and no dampening");
  std::size_t first = add_parameters(parameters);
  groups_.push_back({first, parameters.size(), o});
}

void SGD::step() {
  NoGrad no_grad;
  for (const Group& group : groups_) {
    const SGDOptions& o = group.options;
    for (std::size_t i = group.first; i < group.first + group.count; ++i) {
      const Tensor& p = parameters_[i];
      Tensor g = p.grad();
      if (!g.defined()) continue;
      if (o.weight_decay != 0) g = add(g, p, o.weight_decay);
      if (o.momentum != 0) {
        Tensor& v = state_[i]["momentum"];
        if (v.defined()) {
          v.mul_(o.momentum).add_(g, 1 - o.dampening);
        } else {
          v = g.clone();
        }
        g = o.nesterov ? add(g, v, o.momentum) : v;
      }
      p.add_(g, -o.lr);
    }
  }
}

}  // namespace sy::optim
