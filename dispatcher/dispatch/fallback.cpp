#include "switchyard/dispatch/fallback.h"

#include <atomic>
#include <mutex>

#include "switchyard/core/error.h"
#include "switchyard/core/log.h"

namespace sy {
namespace {

std::atomic<FallbackPolicy> g_policy{FallbackPolicy::kWarnOnce};
std::atomic<std::uint64_t> g_counts[3];
std::mutex g_mutex;
std::map<std::string, std::uint64_t>& cpu_counts() {
  static auto* counts = new std::map<std::string, std::uint64_t>;
  return *counts;
}

}  // namespace

void set_fallback_policy(FallbackPolicy policy) { g_policy = policy; }
FallbackPolicy fallback_policy() { return g_policy; }

void count_fallback(Fallback kind) { g_counts[static_cast<int>(kind)].fetch_add(1, std::memory_order_relaxed); }

void count_cpu_fallback(const std::string& op, const std::string& device, const std::string& reasons) {
  FallbackPolicy policy = fallback_policy();
  if (policy == FallbackPolicy::kError) {
    fail(ErrorCode::kUnsupported, op, ": no kernel on ", device, ", and the CPU fallback is forbidden. ", reasons);
  }
  bool first;
  {
    std::lock_guard lock(g_mutex);
    first = cpu_counts()[str_cat(op, " on ", device)]++ == 0;
  }
  if (first && policy == FallbackPolicy::kWarnOnce) {
    log(LogLevel::kWarning, str_cat(op, ": no kernel on ", device, "; running on cpu, with copies. ", reasons));
  }
}

FallbackStats fallback_stats() {
  FallbackStats stats;
  stats.contiguous_copies = g_counts[0];
  stats.composites = g_counts[1];
  stats.promoted = g_counts[2];
  std::lock_guard lock(g_mutex);
  stats.cpu_by_operator = cpu_counts();
  for (const auto& [name, count] : stats.cpu_by_operator) stats.cpu += count;
  return stats;
}

void reset_fallback_stats() {
  for (auto& c : g_counts) c = 0;
  std::lock_guard lock(g_mutex);
  cpu_counts().clear();
}

}  // namespace sy
