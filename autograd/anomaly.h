// Finding where a NaN in a gradient comes from.
#pragma once

#include <atomic>
#include <string>

namespace sy {

/// While an object lives, every thread's calls record their call stack, and a backward that produces NaN fails with the
/// operator and the place of its forward call. Slow.
class AnomalyMode {
 public:
  AnomalyMode();
  ~AnomalyMode();
  AnomalyMode(const AnomalyMode&) = delete;
  AnomalyMode& operator=(const AnomalyMode&) = delete;
};

extern std::atomic<int> anomaly_modes;  // that live
inline bool anomaly_enabled() { return anomaly_modes.load(std::memory_order_relaxed) > 0; }
/// The calling thread's stack as text, innermost first.
std::string current_call_stack();

}  // namespace sy
