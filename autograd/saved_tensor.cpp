#include "switchyard/autograd/saved_tensor.h"

#include "switchyard/autograd/autograd_meta.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/dispatch/kernel_call.h"

namespace sy {
namespace {

Ref<TensorImpl> without_history(const TensorBase& t) {
  Ref<TensorImpl> copy = TensorImpl::make(t.storage(), t.device(), t.dtype(), t.shape(), t.strides(), t.storage_offset());
  copy->wrapped_number = t.impl()->wrapped_number;
  return copy;
}

}  // namespace

SavedTensor SavedTensor::argument(const TensorBase& t) {
  SavedTensor s;
  if (!t.defined()) return s;
  require(!t.impl()->inference || !grad_enabled(), "a tensor made in inference mode cannot be saved for backward; clone it first");
  s.version_ = t.version();
  AutogradMeta* meta = autograd_meta(t);
  if (!(t.impl()->layer_bits() & 1) || (meta != nullptr && !meta->grad_fn && meta->accumulate)) {
    // No history, or a leaf: the handle itself cannot lead back to a node that holds it.
    if (!t.impl()->base || !(t.impl()->layer_bits() & 1)) {
      s.leaf_ = meta != nullptr && meta->accumulate;
      s.impl_ = s.leaf_ ? t.ref() : without_history(t);
      return s;
    }
  }
  s.edge_ = gradient_edge(t);
  s.impl_ = without_history(t);
  return s;
}

SavedTensor SavedTensor::overwritten_argument(const TensorBase& t) {
  SavedTensor s = argument(t);
  if (!s.impl_ || s.leaf_) return s;
  s.impl_ = cast_copy(t, t.dtype()).ref();
  s.version_ = s.impl_->storage() ? s.impl_->storage()->version() : 0;
  return s;
}

SavedTensor SavedTensor::result(const TensorBase& t, Node* node, std::uint32_t output) {
  SavedTensor s;
  if (!t.defined()) return s;
  s.version_ = t.version();
  s.impl_ = without_history(t);
  s.maker_ = node;
  s.output_ = output;
  return s;
}

Tensor SavedTensor::unpack(const std::string& saved_by) const {
  if (!impl_) return {};
  Tensor kept{TensorBase(impl_)};
  if (kept.version() != version_) {
    fail(ErrorCode::kFailedPrecondition, "backward of ", saved_by, ": a tensor of shape ", shape_str(kept.shape()), " that ",
         saved_by, " saved was changed in place by ", kept.storage()->last_writer(), " since (version ", version_, " when saved, ",
         kept.version(), " now); clone it before the in-place operation");
  }
  if (leaf_ || !grad_enabled()) return kept;
  Edge edge = maker_ != nullptr ? Edge{Ref<Node>::share(maker_), output_} : edge_;
  if (!edge) return kept;
  Tensor t{TensorBase(without_history(kept))};
  set_history(t, edge.node, edge.input);
  return t;
}

}  // namespace sy
