// What happens when a device has no kernel for a call, and how often it did.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace sy {

/// Whether a call without a kernel may run on the CPU with copies back and forth.
enum class FallbackPolicy { kError, kWarnOnce, kAllow };

/// Process-wide; warn once per operator and device unless set.
void set_fallback_policy(FallbackPolicy policy);
FallbackPolicy fallback_policy();

/// Calls that took a detour since the start or the last reset.
struct FallbackStats {
  std::uint64_t contiguous_copies = 0;  // kernels that take no strides
  std::uint64_t composites = 0;         // the operator ran as its parts
  std::uint64_t promoted = 0;           // ran in a wider dtype
  std::uint64_t cpu = 0;                // ran on the CPU
  std::map<std::string, std::uint64_t> cpu_by_operator;  // "op on device"
};
FallbackStats fallback_stats();
void reset_fallback_stats();

enum class Fallback { kContiguous, kComposite, kPromoted };
void count_fallback(Fallback kind);
/// Counts, and warns under that policy. Throws sy::Error where the policy forbids it.
void count_cpu_fallback(const std::string& op, const std::string& device, const std::string& reasons);

}  // namespace sy
