// What the autograd keeps with a tensor.
#pragma once

#include "switchyard/autograd/node.h"

namespace sy {

class AccumulateGrad;

struct AutogradMeta : AutogradMetaBase {
  ~AutogradMeta() override;

  Ref<Node> grad_fn;            // what made it; empty for a leaf
  std::uint32_t output = 0;     // which result of grad_fn
  std::uint32_t version = 0;    // of the storage when grad_fn was set; for views
  Tensor grad;
  Ref<AccumulateGrad> accumulate;  // of a leaf
  bool retains_grad = false;
};

/// The tensor's metadata, or nullptr.
inline AutogradMeta* autograd_meta(const TensorBase& t) { return static_cast<AutogradMeta*>(t.impl()->autograd.get()); }
/// As autograd_meta, made if need be.
AutogradMeta& require_autograd_meta(const TensorBase& t);

/// Where the gradient of t goes; empty when t needs none. A view whose base was written to since it was made gets a
/// new history from the base.
Edge gradient_edge(const TensorBase& t);
/// Makes t a result of node.
void set_history(const TensorBase& t, const Ref<Node>& node, std::uint32_t output);

/// Registers the autograd with the dispatcher; every entry point calls it.
void init_autograd();

/// Adds gradients to a leaf.
class AccumulateGrad : public Node {
 public:
  explicit AccumulateGrad(TensorImpl* leaf);
  std::string name() const override { return "accumulate"; }
  std::vector<Tensor> apply(std::vector<Tensor> grads) override;
  /// The leaf died: later gradients go nowhere.
  void forget();
  /// The leaf, or an undefined tensor.
  Tensor variable();

  std::vector<std::function<void(const Tensor&)>> post_accumulate_hooks;

 private:
  std::mutex mutex_;
  TensorImpl* leaf_;
};

}  // namespace sy
