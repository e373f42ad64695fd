// What the autograd keeps with a tensor.
#pragma once

#include <memory>
#include <mutex>

#include "switchyard/autograd/node.h"
#include "switchyard/core/free_list.h"

namespace sy {

/// A gradient that accumulates; shared by the tensor and the node or hook that fills it, so that neither keeps the
/// other alive.
struct GradSlot {
  std::mutex mutex;
  Tensor grad;
  std::optional<Stream> written;  // where the last addition went, on devices that have streams
};

struct AutogradMeta : AutogradMetaBase {
  Ref<Node> grad_fn;               // what made it; empty for a leaf
  std::uint32_t output = 0;        // which result of grad_fn
  std::uint32_t version = 0;       // of the storage when grad_fn was set; for views
  std::shared_ptr<GradSlot> slot;  // of leaves and where the gradient is retained: see require_slot
  Ref<Node> accumulate;            // of a leaf
  bool retains_grad = false;

  const std::shared_ptr<GradSlot>& require_slot() {
    if (!slot) slot = std::make_shared<GradSlot>();
    return slot;
  }
  static void* operator new(std::size_t) { return FreeList<AutogradMeta>::allocate(); }
  static void operator delete(void* p) { FreeList<AutogradMeta>::deallocate(p); }
};

/// The tensor's metadata, or nullptr.
inline AutogradMeta* autograd_meta(const TensorBase& t) { return static_cast<AutogradMeta*>(t.impl()->autograd.get()); }
/// As autograd_meta, made if need be.
AutogradMeta& require_autograd_meta(const TensorBase& t);

/// Whether an operation on t is recorded.
inline bool needs_gradient(const TensorBase& t) {
  return t.defined() && (t.impl()->layer_bits() & bit(kLayerAutograd)) && t.dtype().is_floating();
}
/// As gradient_edge, of a view.
Edge view_gradient_edge(const TensorBase& t);
/// Where the gradient of t goes; empty when t needs none. A view whose base was written to since it was made gets a
/// new history from the base.
inline Edge gradient_edge(const TensorBase& t) {
  if (t.impl()->base) return view_gradient_edge(t);
  AutogradMeta* meta = autograd_meta(t);
  if (meta == nullptr || !(t.impl()->bits.load(std::memory_order_relaxed) & bit(kLayerAutograd))) return {};
  return meta->grad_fn ? Edge{meta->grad_fn, meta->output} : Edge{meta->accumulate};
}
/// Makes t a result of node.
void set_history(const TensorBase& t, Ref<Node> node, std::uint32_t output);

/// Keeps where the call of node ran, whose result t is: its stream, and in anomaly mode the call stack.
void note_forward(Node& node, const TensorBase& t);

/// Registers the autograd with the dispatcher; every entry point calls it.
void init_autograd();

/// The node that adds gradients to a leaf.
Ref<Node> make_accumulate_node(const TensorBase& leaf, std::shared_ptr<GradSlot> slot);

}  // namespace sy
