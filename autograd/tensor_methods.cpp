// The gradient-related methods of Tensor.
#include <atomic>

#include "switchyard/autograd/autograd_meta.h"
#include "switchyard/autograd/engine.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/ops/operators.h"

namespace sy {

const Tensor& Tensor::requires_grad_(bool value) const {
  require(defined(), "requires_grad_: the tensor is undefined");
  AutogradMeta& meta = require_autograd_meta(*this);
  require(!meta.grad_fn, "requires_grad_: only leaves can be marked; this tensor was made by ",
          meta.grad_fn ? meta.grad_fn->name() : "");
  require(!value || dtype().is_floating(), "requires_grad_: only floating tensors have gradients, this is ",
          dtype().name());
  require(!value || !impl()->inference,
          "requires_grad_: a tensor made in inference mode cannot take part in recording");
  if (value && !meta.accumulate) meta.accumulate = make_accumulate_node(*this, meta.require_slot());
  impl()->bits = value ? impl()->bits | bit(kLayerAutograd) : impl()->bits & ~bit(kLayerAutograd);
  return *this;
}

Tensor Tensor::grad() const {
  AutogradMeta* meta = defined() ? autograd_meta(*this) : nullptr;
  if (meta == nullptr || !meta->slot) return {};
  std::lock_guard lock(meta->slot->mutex);
  return meta->slot->grad;
}

void Tensor::set_grad(const Tensor& grad) const {
  require(defined(), "set_grad: the tensor is undefined");
  if (grad.defined()) {
    require(grad.shape() == shape() && grad.device() == device(), "set_grad: the gradient is ", describe(grad),
            ", the tensor ", describe(*this));
  }
  GradSlot& slot = *require_autograd_meta(*this).require_slot();
  std::lock_guard lock(slot.mutex);
  slot.grad = grad;
}

bool Tensor::is_leaf() const {
  if (!requires_grad()) return true;
  Edge edge = gradient_edge(*this);
  AutogradMeta* meta = autograd_meta(*this);
  return meta == nullptr || !meta->grad_fn;
}

void Tensor::backward(const Tensor& gradient, bool retain_graph, bool create_graph) const {
  sy::backward({*this}, {gradient}, retain_graph, create_graph);
}

std::uint64_t Tensor::register_hook(std::function<Tensor(const Tensor&)> hook) const {
  static std::atomic<std::uint64_t> ids{1};
  require(requires_grad(), "register_hook: the tensor needs no gradient");
  Edge edge = gradient_edge(*this);
  std::uint64_t id = ids++;
  edge.node->require_hooks().tensor[id] = {edge.input, std::move(hook)};
  return id;
}

void Tensor::remove_hook(std::uint64_t id) const {
  if (Edge edge = gradient_edge(*this); edge && edge.node->hooks) edge.node->hooks->tensor.erase(id);
}

void Tensor::retain_grad() const {
  require(requires_grad(), "retain_grad: the tensor needs no gradient");
  if (is_leaf()) return;
  AutogradMeta& meta = require_autograd_meta(*this);
  if (std::exchange(meta.retains_grad, true)) return;
  register_hook([slot = meta.require_slot()](const Tensor& g) {
    std::lock_guard lock(slot->mutex);
    slot->grad = slot->grad.defined() ? slot->grad + g : g;
    return Tensor();
  });
}

}  // namespace sy
