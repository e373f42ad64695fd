#include "switchyard/dispatch/plan_cache.h"

#include <algorithm>

#include "switchyard/core/abi_error.h"
#include "switchyard/core/error.h"
#include "switchyard/core/tensor_base.h"

namespace sy {
namespace {

/// Whether the strides cover shape without gaps and overlaps.
bool dense(IntArray shape, IntArray strides) {
  SmallVector<std::size_t, 6> order;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0) return true;
    if (shape[d] != 1) order.push_back(d);
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return strides[a] < strides[b]; });
  std::int64_t expected = 1;
  for (std::size_t d : order) {
    if (strides[d] != expected) return false;
    expected *= shape[d];
  }
  return true;
}

absl::Status prepare(const sy_kernel& kernel, const sy_call& call, PlanCache::Prepared* made) {
  made->strides.resize(call.num_outputs);
  std::vector<std::int64_t*> proposals(call.num_outputs);
  for (std::uint32_t k = 0; k < call.num_outputs; ++k) {
    const auto* t = static_cast<const sy_tensor*>(call.outputs[k].ptr);
    if (t == nullptr || t->view.data != nullptr) continue;
    made->strides[k].assign(t->view.strides, t->view.strides + t->view.ndim);
    proposals[k] = made->strides[k].data();
  }
  sy_plan plan{sizeof(sy_plan), call.num_outputs, nullptr, proposals.data()};
  SY_RETURN_IF_ERROR(status_from_abi(kernel.prepare(&call, &plan), str_cat(kernel.op, ": prepare")));
  made->state = plan.state;
  for (std::uint32_t k = 0; k < call.num_outputs; ++k) {
    if (proposals[k] == nullptr) continue;
    const auto& view = static_cast<const sy_tensor*>(call.outputs[k].ptr)->view;
    IntArray shape(view.shape, static_cast<std::size_t>(view.ndim));
    if (!dense(shape, made->strides[k])) {
      return make_status(ErrorCode::kInternal,
                         str_cat(kernel.op, ": prepare proposes strides ", shape_str(made->strides[k]), " for output ",
                                 k, " of shape ", shape_str(shape), ", which are not dense"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PlanCache::get(const sy_kernel& kernel, const sy_kernel* original, const sy_call& call,
                            const std::string& key, Plan* plan) {
  {
    std::lock_guard lock(mutex_);
    if (auto it = by_key_.find(key); it != by_key_.end()) {
      order_.splice(order_.begin(), order_, it->second);
      *plan = it->second->second;
      return absl::OkStatus();
    }
  }
  auto made = std::make_shared<Prepared>();
  made->drop = [drop = kernel.drop, original](void* state) {
    if (drop != nullptr && state != nullptr) drop(original, state);
  };
  SY_RETURN_IF_ERROR(prepare(kernel, call, made.get()));
  *plan = std::move(made);
  std::lock_guard lock(mutex_);
  if (by_key_.contains(key)) return absl::OkStatus();  // another thread was first; ours dies with the call
  order_.emplace_front(key, *plan);
  by_key_[key] = order_.begin();
  if (order_.size() > kCapacity) {
    by_key_.erase(order_.back().first);
    order_.pop_back();
  }
  return absl::OkStatus();
}

}  // namespace sy
