#include "switchyard/autograd/anomaly.h"

#include <execinfo.h>

#include <cstdlib>

namespace sy {

std::atomic<int> anomaly_modes{0};

AnomalyMode::AnomalyMode() { ++anomaly_modes; }
AnomalyMode::~AnomalyMode() { --anomaly_modes; }

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
