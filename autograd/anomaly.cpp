#include "switchyard/autograd/anomaly.h"

#include <execinfo.h>

#include <atomic>
#include <cstdlib>

namespace sy {
namespace {
std::atomic<int> g_enabled{0};
}

AnomalyMode::AnomalyMode() { ++g_enabled; }
AnomalyMode::~AnomalyMode() { --g_enabled; }
bool anomaly_enabled() { return g_enabled.load(std::memory_order_relaxed) > 0; }

std::string current_call_stack() {
  void* frames[48];
  int n = backtrace(frames, 48);
  char** names = backtrace_symbols(frames, n);
  if (names == nullptr) return "(no call stack)";
  std::string text;
  for (int i = 1; i < n; ++i) text += std::string("  ") + names[i] + "\n";
  std::free(names);
  return text;
}

}  // namespace sy
