// Plans that a kernel prepared, by the signature of the call: bounded, least recently used goes first.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "switchyard/abi/call.h"
#include "switchyard/core/int_array.h"

namespace sy {

/// Thread-safe. A plan stays alive while a call uses it, also when it is evicted meanwhile.
class PlanCache {
 public:
  static constexpr std::size_t kCapacity = 128;

  /// What prepare made. Dropped when the last user lets go of it.
  struct Prepared {
    void* state = nullptr;
    std::vector<Shape> strides;  // per output that was yet to be allocated; empty for the others
    std::function<void(void*)> drop;
    ~Prepared() {
      if (drop) drop(state);
    }
  };
  using Plan = std::shared_ptr<const Prepared>;

  /// The plan of a call with this key, made by kernel.prepare if need be. An error also for proposed strides that are
  /// not dense.
  absl::Status get(const sy_kernel& kernel, const sy_kernel* original, const sy_call& call, const std::string& key,
                   Plan* plan);

 private:
  using Entry = std::pair<std::string, Plan>;
  std::mutex mutex_;
  std::list<Entry> order_;  // most recent first
  absl::flat_hash_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace sy
