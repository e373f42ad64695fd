#pragma once

#include "switchyard/optim/optimizer.h"

namespace sy::optim {

struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
};
struct AdamWOptions : AdamOptions {
  AdamWOptions() { weight_decay = 1e-2; }
};

/// Kingma and Ba 2015: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p -= lr * (m / (1 - beta1^t)) /
/// (sqrt(v / (1 - beta2^t)) + eps), with g = grad + weight_decay * p.
class Adam : public Optimizer {
 public:
  explicit Adam(const std::vector<Tensor>& parameters, AdamOptions options = {}) : Adam(false) {
    add_group(parameters, options);
  }
  void add_group(const std::vector<Tensor>& parameters, AdamOptions options);
  void step() override;
  using Optimizer::set_lr;
  std::size_t num_groups() const override { return groups_.size(); }
  double lr(std::size_t group = 0) const override { return groups_.at(group).options.lr; }
  void set_lr(std::size_t group, double lr) override { groups_.at(group).options.lr = lr; }

 protected:
  std::vector<std::string> state_names() const override { return {"exp_avg", "exp_avg_sq", "step"}; }
  /// decoupled: weight decay acts on the parameter, not on the gradient.
  explicit Adam(bool decoupled) : decoupled_(decoupled) {}

 private:
  void update(std::size_t i, const AdamOptions& options);

  struct Group {
    std::size_t first, count;
    AdamOptions options;
  };
  bool decoupled_;
  std::vector<Group> groups_;
};

/// Loshchilov and Hutter 2019: as Adam, with p -= lr * weight_decay * p instead of decay through the gradient.
class AdamW : public Adam {
 public:
  explicit AdamW(const std::vector<Tensor>& parameters, AdamWOptions options = {}) : Adam(true) {
    add_group(parameters, options);
  }
};

}  // namespace sy::optim
