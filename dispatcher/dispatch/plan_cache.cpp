#include "switchyard/dispatch/plan_cache.h"

#include "switchyard/core/abi_error.h"
#include "switchyard/core/error.h"

namespace sy {

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
  void* made = nullptr;
  SY_RETURN_IF_ERROR(status_from_abi(kernel.prepare(&call, &made), str_cat(kernel.op, ": prepare")));
  auto drop = kernel.drop;
  *plan = Plan(made, [drop, original](void* p) {
    if (drop != nullptr && p != nullptr) drop(original, p);
  });
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
