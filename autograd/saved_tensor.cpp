#include "switchyard/autograd/saved_tensor.h"

#include <utility>

#include "switchyard/autograd/autograd_meta.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/dispatch/kernel_call.h"

namespace sy {
namespace {

Ref<TensorImpl> without_history(const TensorBase& t) {
  Ref<TensorImpl> copy = TensorImpl::share_contents(*t.impl());
  copy->wrapped_number = t.impl()->wrapped_number;
  return copy;
}

constinit thread_local std::shared_ptr<SaveObserver>* t_observer [[gnu::tls_model("initial-exec")]] = nullptr;

}  // namespace

ObserveSaves::ObserveSaves(std::shared_ptr<SaveObserver> observer)
    : observer_(std::move(observer)), before_(std::exchange(t_observer, &observer_)) {}
ObserveSaves::~ObserveSaves() { t_observer = before_; }

void SavedTensor::keep(Ref<TensorImpl> data) {
  version_ = data->storage() ? data->storage()->version() : 0;
  if (t_observer != nullptr) [[unlikely]] {
    SaveObserver& observer = **t_observer;
    std::size_t number = observer.next_number++;
    if (observer.take(number, data) && !leaf_) {
      observed_ = std::make_unique<Observed>(Observed{*t_observer, number});
      return;
    }
  }
  impl_ = std::move(data);
}

void SavedTensor::keep_origin(const TensorBase& t) {
  require(!t.impl()->inference || !grad_enabled(),
          "a tensor made in inference mode cannot be saved for backward; clone it first");
  bool recorded = t.impl()->layer_bits() & 1;
  if (recorded && t.impl()->base) {  // its metadata may be in the making: gradient_edge looks under the lock
    edge_ = gradient_edge(t);
    return;
  }
  AutogradMeta* meta = autograd_meta(t);
  bool marked = meta != nullptr && meta->accumulate;
  // No history, or a leaf: the handle itself cannot lead back to a node that holds it.
  if (!recorded || (marked && !meta->grad_fn)) {
    leaf_ = marked;
  } else {
    edge_ = gradient_edge(t);
  }
}

SavedTensor::SavedTensor(const TensorBase& argument, bool overwritten) {
  if (!argument.defined()) return;
  keep_origin(argument);
  if (leaf_) {
    keep(argument.ref());
  } else {
    keep(overwritten ? cast_copy(argument, argument.dtype()).ref() : without_history(argument));
  }
}

SavedTensor::SavedTensor(const TensorBase& result, Node* node, std::uint32_t output) {
  if (!result.defined()) return;
  keep(without_history(result));
  maker_ = node;
  output_ = output;
}

Tensor SavedTensor::unpack(const std::string& saved_by) const {
  if (!defined()) return {};
  Tensor kept{TensorBase(observed_ != nullptr ? observed_->observer->recall(observed_->number) : impl_)};
  if (observed_ == nullptr && kept.version() != version_) {
    fail(ErrorCode::kFailedPrecondition, "backward of ", saved_by, ": a tensor of shape ", shape_str(kept.shape()),
         " that ", saved_by, " saved was changed in place by ", kept.storage()->last_writer(), " since (version ",
         version_, " when saved, ", kept.version(), " now); clone it before the in-place operation");
  }
  if (leaf_ || !grad_enabled()) return kept;
  Edge edge = maker_ != nullptr ? Edge{Ref<Node>::share(maker_), output_} : edge_;
  if (!edge) return kept;
  Tensor t{TensorBase(without_history(kept))};
  set_history(t, edge.node, edge.input);
  return t;
}

}  // namespace sy
