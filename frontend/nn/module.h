// The base of models: named parameters, buffers and submodules.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "switchyard/autograd/engine.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/ops/tensor.h"

namespace sy::nn {

/// Subclasses register what they own in their constructor and define forward() with the arguments they need. Not
/// copyable; held by std::shared_ptr. Not thread-safe, save that eval-mode forward() may run on several threads.
class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  using Named = std::vector<std::pair<std::string, Tensor>>;
  /// All parameters, depth first, as "block.linear.weight".
  Named named_parameters() const;
  Named named_buffers() const;
  std::vector<Tensor> parameters() const;
  const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& children() const { return children_; }

  /// Training mode, for this module and all below: Dropout and BatchNorm behave differently.
  void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const { return training_; }

  /// Moves parameters and buffers in place, so that optimizers keep their handles. Gradients are dropped.
  void to(Device device);
  /// Converts floating parameters and buffers in place.
  void to(Dtype dtype);
  /// Drops the gradients.
  void zero_grad();
  /// Freezes all parameters, or trains them again.
  void requires_grad_(bool on = true);
  /// Calls fn with every module below, then with this one.
  void apply(const std::function<void(Module&)>& fn);

  /// Parameters and buffers by name; shares their data.
  std::map<std::string, Tensor> state_dict() const;
  /// Copies values in, converting dtype and device. Throws sy::Error that lists every misshapen and, when strict, every
  /// missing and unexpected entry, with nothing changed.
  void load_state_dict(const std::map<std::string, Tensor>& state, bool strict = true);

  /// "Sequential(\n  (0): Linear(4, 2)\n)"
  std::string str() const;
  /// The line of this module alone, such as "Linear(4, 2)".
  virtual std::string describe() const { return "Module"; }

 protected:
  /// A parameter: a leaf that needs a gradient. An undefined tensor registers nothing and is returned as it is.
  Tensor register_parameter(std::string name, const Tensor& value);
  /// State that is saved and moved but not trained.
  Tensor register_buffer(std::string name, const Tensor& value);
  /// A submodule; returned for the member that holds it.
  template <typename M, typename... Args>
  std::shared_ptr<M> register_module(std::string name, Args&&... args) {
    auto module = std::make_shared<M>(std::forward<Args>(args)...);
    add_child(std::move(name), module);
    return module;
  }
  template <typename M>
  std::shared_ptr<M> register_module(std::string name, std::shared_ptr<M> module) {
    add_child(std::move(name), module);
    return module;
  }
  void add_child(std::string name, std::shared_ptr<Module> module);

 private:
  /// Throws sy::Error unless name can be registered: one namespace for parameters, buffers and submodules.
  void check_free(const std::string& name) const;
  template <typename Fn>
  void visit(const std::string& prefix, Fn&& fn) const;
  template <typename Fn>
  void convert(Fn&& fn);

  Named parameters_, buffers_;
  std::vector<std::pair<std::string, std::shared_ptr<Module>>> children_;
  bool training_ = true;
};

}  // namespace sy::nn
