// The base of optimizers: parameter groups and state by parameter.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "switchyard/autograd/grad_mode.h"
#include "switchyard/ops/tensor.h"

namespace sy::optim {

/// Holds handles of the parameters; call backward() before step(). Not thread-safe.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Drops the gradients, or with set_to_none false fills them with zeros.
  void zero_grad(bool set_to_none = true);
  /// One update from the gradients; parameters without one stay.
  virtual void step() = 0;
  virtual std::size_t num_groups() const = 0;
  virtual double lr(std::size_t group = 0) const = 0;
  /// Sets the learning rate of one group, or of every one.
  virtual void set_lr(std::size_t group, double lr) = 0;
  void set_lr(double lr);

  /// State by "<parameter number>.<name>", such as "3.exp_avg", where parameters count in the order they were given,
  /// and learning rates by "lr.<group>". Shares the tensors that step() updates.
  std::map<std::string, Tensor> state_dict() const;
  /// Throws sy::Error, with nothing changed, for entries that do not fit.
  void load_state_dict(const std::map<std::string, Tensor>& state);

 protected:
  Optimizer() = default;
  /// The state that a parameter has after its first step; all entries have its shape, save the 0-d "step".
  virtual std::vector<std::string> state_names() const = 0;
  /// Registers parameters; returns the number of the first. Throws sy::Error for one that is no leaf needing a
  /// gradient, or is there already.
  std::size_t add_parameters(const std::vector<Tensor>& parameters);

  std::vector<Tensor> parameters_;
  std::vector<std::map<std::string, Tensor>> state_;  // per parameter; empty before its first step
};

}  // namespace sy::optim
