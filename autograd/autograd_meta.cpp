#include "switchyard/autograd/autograd_meta.h"

#include "switchyard/autograd/anomaly.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/autograd/view_nodes.h"
#include "switchyard/core/backend.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {
std::mutex& history_mutex() {
  static std::mutex mutex;
  return mutex;
}
}  // namespace

AutogradMeta& require_autograd_meta(const TensorBase& t) {
  init_autograd();
  if (!t.impl()->autograd) t.impl()->autograd = std::make_unique<AutogradMeta>();
  return *autograd_meta(t);
}

void set_history(const TensorBase& t, Ref<Node> node, std::uint32_t output) {
  AutogradMeta& meta = require_autograd_meta(t);
  meta.grad_fn = std::move(node);
  meta.output = output;
  meta.version = t.version();
  t.impl()->bits |= bit(kLayerAutograd);
}

void note_forward(Node& node, const TensorBase& t) {
  if (anomaly_enabled()) node.created_at = current_call_stack();
  if (Backend* backend = find_backend(t.device().backend()); backend != nullptr && !backend->synchronous()) {
    node.stream = current_stream(t.device());
  }
}

Edge view_gradient_edge(const TensorBase& t) {
  TensorImpl* impl = t.impl();
  if (!(impl->layer_bits() & bit(kLayerAutograd))) return {};
  // Several threads may use a view for the first time since its base changed.
  std::unique_lock<std::mutex> lock;
  if (impl->base->bits & bit(kLayerAutograd)) {
    lock = std::unique_lock(history_mutex());
    AutogradMeta* meta = autograd_meta(t);
    if (meta == nullptr || !meta->grad_fn || meta->version != t.version()) {
      set_history(t, make_view_node(TensorBase(impl->base), t), 0);
    }
  }
  AutogradMeta* meta = autograd_meta(t);
  if (meta == nullptr) return {};
  return meta->grad_fn ? Edge{meta->grad_fn, meta->output} : Edge{meta->accumulate};
}

namespace {

class AccumulateGrad : public Node {
 public:
  AccumulateGrad(const TensorBase& leaf, std::shared_ptr<GradSlot> slot) : slot_(std::move(slot)) {
    sequence = ~std::uint64_t{0};  // as soon as its gradient is complete
    is_leaf = true;
    results.emplace_back(leaf);
  }
  std::string name() const override { return "accumulate"; }

  std::vector<Tensor> apply(std::vector<Tensor> grads) override {
    Tensor grad = std::move(grads[0]);
    if (!grad.defined()) return {};
    std::lock_guard lock(slot_->mutex);
    Tensor& held = slot_->grad;
    if (stream) follow(held.defined());
    if (held.defined()) {
      if (grad_enabled()) {
        held = held + grad;
      } else {
        held.add_(grad);
      }
      return {};
    }
    // A gradient that nobody else holds becomes the leaf's own; any other is copied, since it may be written to.
    bool own = grad.impl()->use_count() == 1 && !grad.impl()->base && grad.storage() &&
               grad.storage()->use_count() == 1 && grad.is_contiguous();
    Tensor kept = grad_enabled() ? grad : sy::detach(grad);
    held = own ? kept : sy::clone(kept);
    return {};
  }

 private:
  /// Additions of several streams follow one another.
  void follow(bool something_is_held) {
    const Stream now = current_stream(stream->device());
    if (something_is_held && slot_->written && !(*slot_->written == now)) {
      Event before;
      before.record(*slot_->written);
      before.wait(now);
    }
    slot_->written = now;
  }

  std::shared_ptr<GradSlot> slot_;
};

}  // namespace

Ref<Node> make_accumulate_node(const TensorBase& leaf, std::shared_ptr<GradSlot> slot) {
  Ref<Node> node = Ref<Node>::adopt(new AccumulateGrad(leaf, std::move(slot)));
  note_forward(*node, leaf);
  return node;
}

}  // namespace sy
