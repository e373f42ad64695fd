#include "switchyard/dispatch/synchronous.h"

#include <atomic>
#include <cstdlib>
#include <string_view>

namespace sy {
namespace {

std::atomic<bool>& state() {
  static std::atomic<bool> on{[] {
    const char* text = std::getenv("SWITCHYARD_SYNCHRONOUS");
    return text != nullptr && std::string_view(text) == "1";
  }()};
  return on;
}

}  // namespace

void set_synchronous_calls(bool on) { state() = on; }
bool synchronous_calls() { return state().load(std::memory_order_relaxed); }

}  // namespace sy
