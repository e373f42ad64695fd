#include "switchyard/autograd/checkpoint.h"

#include <atomic>
#include <mutex>

#include "switchyard/autograd/autograd_meta.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/autograd/saved_tensor.h"
#include "switchyard/dispatch/current_device.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {

using Fn = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

/// Keeps what the second run saves.
class Collector : public SaveObserver {
 public:
  struct Entry {
    Ref<TensorImpl> data;
    std::uint32_t version;
  };
  bool take(std::size_t, const Ref<TensorImpl>& data) override {
    entries.push_back({data, data->storage() ? data->storage()->version() : 0});
    return false;
  }
  Ref<TensorImpl> recall(std::size_t number) override { return entries[number].data; }

  std::vector<Entry> entries;
};

/// Forgets what the first run saves, and runs the function again for it.
class Checkpoint : public SaveObserver {
 public:
  Checkpoint(Fn fn, const std::vector<Tensor>& inputs)
      : fn_(std::move(fn)), random_(default_generator().state()), device_(current_device()) {
    for (const Tensor& t : inputs) {
      inputs_.emplace_back(t);
      recorded_.push_back(t.defined() && t.requires_grad());
    }
  }

  bool take(std::size_t, const Ref<TensorImpl>& data) override {
    Ref<TensorImpl> shape_alone =
        TensorImpl::make({}, data->device(), data->dtype(), data->shape(), data->strides(), 0);
    first_.push_back(std::move(shape_alone));
    return true;
  }

  Ref<TensorImpl> recall(std::size_t number) override {
    if (!ran_)
      fail(ErrorCode::kUnsupported,
           "checkpoint: the function differentiates by itself, which is not supported inside it");
    std::lock_guard lock(mutex_);
    if (collector_ == nullptr) run_again();
    const Collector::Entry& entry = collector_->entries[number];
    if (entry.data->storage() && entry.data->storage()->version() != entry.version) {
      fail(ErrorCode::kFailedPrecondition, "checkpoint: a tensor that its function saved was changed in place by ",
           entry.data->storage()->last_writer());
    }
    return entry.data;
  }
  /// The first run is over.
  void finish() { ran_ = true; }

 private:
  void run_again() {
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      Tensor t = inputs_[i].unpack("checkpoint");
      if (t.defined()) {
        t = t.detach();
        t.requires_grad_(recorded_[i]);
      }
      inputs.push_back(std::move(t));
    }
    auto collector = std::make_shared<Collector>();
    struct Restore {
      Generator::State state = default_generator().state();
      ~Restore() { default_generator().set_state(state); }
    } restore;
    {
      GradMode record(true);
      DeviceGuard device(device_);
      ObserveSaves observe(collector);
      default_generator().set_state(random_);
      fn_(inputs);
    }
    bool same = collector->entries.size() == first_.size();
    for (std::size_t k = 0; same && k < first_.size(); ++k) {
      const TensorImpl& again = *collector->entries[k].data;
      same = again.shape() == first_[k]->shape() && again.dtype() == first_[k]->dtype() &&
             again.device() == first_[k]->device();
    }
    if (!same) {
      fail(ErrorCode::kFailedPrecondition, "checkpoint: the function saved ", collector->entries.size(),
           " tensors when it ran again, other ones than the ", first_.size(),
           " of its first run; it must do the same both times");
    }
    collector_ = std::move(collector);
  }

  Fn fn_;
  Generator::State random_;
  Device device_;
  std::vector<SavedTensor> inputs_;
  std::vector<bool> recorded_;
  std::vector<Ref<TensorImpl>> first_;  // without data
  std::atomic<bool> ran_{false};
  std::mutex mutex_;
  std::shared_ptr<Collector> collector_;
};

}  // namespace

std::vector<Tensor> checkpoint(Fn fn, const std::vector<Tensor>& inputs) {
  if (!grad_enabled()) return fn(inputs);
  init_autograd();
  auto saved = std::make_shared<Checkpoint>(fn, inputs);
  ObserveSaves observe(saved);
  std::vector<Tensor> out = fn(inputs);
  saved->finish();
  return out;
}

Tensor checkpoint(std::function<Tensor(const Tensor&)> fn, const Tensor& input) {
  return checkpoint([fn](const std::vector<Tensor>& in) { return std::vector<Tensor>{fn(in[0])}; },
                    std::vector<Tensor>{input})[0];
}

}  // namespace sy
