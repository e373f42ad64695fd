// Plans that a kernel prepared, by the signature of the call: bounded, least recently used goes first.
#pragma once

#include <list>
#include <memory>
#include <mutex>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "switchyard/abi/call.h"

namespace sy {

/// Thread-safe. A plan stays alive while a call uses it, also when it is evicted meanwhile.
class PlanCache {
 public:
  static constexpr std::size_t kCapacity = 128;
  using Plan = std::shared_ptr<void>;

  /// The plan of a call with this key, made by kernel.prepare if need be.
  absl::Status get(const sy_kernel& kernel, const sy_kernel* original, const sy_call& call, const std::string& key,
                   Plan* plan);

 private:
  using Entry = std::pair<std::string, Plan>;
  std::mutex mutex_;
  std::list<Entry> order_;  // most recent first
  absl::flat_hash_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace sy
