#pragma once

#include "switchyard/optim/optimizer.h"

namespace sy::optim {

struct SGDOptions {
  double lr = 1e-2;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;
};

/// g = grad + weight_decay * p; v = momentum * v + (1 - dampening) * g (v = g at first); p -= lr * v, or with
/// Nesterov's form lr * (g + momentum * v). Sutskever et al. 2013, as PyTorch writes it.
class SGD : public Optimizer {
 public:
  explicit SGD(const std::vector<Tensor>& parameters, SGDOptions options = {}) { add_group(parameters, options); }
  void add_group(const std::vector<Tensor>& parameters, SGDOptions options);
  void step() override;
  using Optimizer::set_lr;
  std::size_t num_groups() const override { return groups_.size(); }
  double lr(std::size_t group = 0) const override { return groups_.at(group).options.lr; }
  void set_lr(std::size_t group, double lr) override { groups_.at(group).options.lr = lr; }

 protected:
  std::vector<std::string> state_names() const override { return {"momentum"}; }

 private:
  struct Group {
    std::size_t first, count;
    SGDOptions options;
  };
  std::vector<Group> groups_;
};

}  // namespace sy::optim
