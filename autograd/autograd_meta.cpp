#include "switchyard/autograd/autograd_meta.h"

#include "switchyard/autograd/grad_mode.h"
#include "switchyard/autograd/view_nodes.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {
std::mutex& history_mutex() {
  static std::mutex mutex;
  return mutex;
}
}  // namespace

AutogradMeta::~AutogradMeta() {
  if (accumulate) accumulate->forget();
}

AutogradMeta& require_autograd_meta(const TensorBase& t) {
  init_autograd();
  if (!t.impl()->autograd) t.impl()->autograd = std::make_unique<AutogradMeta>();
  return *autograd_meta(t);
}

void set_history(const TensorBase& t, const Ref<Node>& node, std::uint32_t output) {
  AutogradMeta& meta = require_autograd_meta(t);
  meta.grad_fn = node;
  meta.output = output;
  meta.version = t.version();
  t.impl()->bits |= bit(kLayerAutograd);
}

Edge gradient_edge(const TensorBase& t) {
  TensorImpl* impl = t.impl();
  if (!(impl->layer_bits() & bit(kLayerAutograd))) return {};
  AutogradMeta* meta = autograd_meta(t);
  if (impl->base && (impl->base->bits & bit(kLayerAutograd)) &&
      (meta == nullptr || !meta->grad_fn || meta->version != t.version())) {
    std::lock_guard lock(history_mutex());
    TensorBase base(impl->base);
    set_history(t, make_view_node(base, t), 0);
    meta = autograd_meta(t);
  }
  if (meta == nullptr) return {};
  if (meta->grad_fn) return {meta->grad_fn, meta->output};
  if (meta->accumulate) return {Ref<Node>::share(meta->accumulate.get()), 0};
  return {};
}

AccumulateGrad::AccumulateGrad(TensorImpl* leaf) : leaf_(leaf) {
  sequence = ~std::uint64_t{0};  // as soon as its gradient is complete
  results.push_back({Shape(leaf->shape().begin(), leaf->shape().end()), leaf->dtype(), leaf->device()});
}

void AccumulateGrad::forget() {
  std::lock_guard lock(mutex_);
  leaf_ = nullptr;
}

Tensor AccumulateGrad::variable() {
  std::lock_guard lock(mutex_);
  // A leaf with no reference left is being destroyed and waits for this lock.
  if (leaf_ == nullptr || leaf_->use_count() == 0) return {};
  return Tensor(TensorBase(Ref<TensorImpl>::share(leaf_)));
}

std::vector<Tensor> AccumulateGrad::apply(std::vector<Tensor> grads) {
  Tensor leaf;
  {
    std::lock_guard lock(mutex_);
    if (leaf_ == nullptr || !grads[0].defined()) return {};
    leaf = Tensor(TensorBase(Ref<TensorImpl>::share(leaf_)));
    AutogradMeta& meta = *autograd_meta(leaf);
    Tensor grad = std::move(grads[0]);
    if (!meta.grad.defined()) {
      // A gradient that nobody else holds becomes the leaf's own; any other is copied, since it may be written to.
      bool own = grad.impl()->use_count() == 1 && !grad.impl()->base && grad.storage() && grad.storage()->use_count() == 1 &&
                 grad.is_contiguous();
      if (grad_enabled()) {
        meta.grad = own ? grad : sy::clone(grad);
      } else {
        meta.grad = own ? sy::detach(grad) : sy::clone(sy::detach(grad));
      }
    } else if (grad_enabled()) {
      meta.grad = meta.grad + grad;
    } else {
      meta.grad.add_(grad);
    }
  }
  for (auto& hook : post_accumulate_hooks) hook(leaf);
  return {};
}

}  // namespace sy
