#include "switchyard/core/capture.h"

#include <mutex>
#include <utility>
#include <vector>

namespace sy {
namespace {

std::mutex g_mutex;
std::vector<std::pair<Stream, Capture*>>& captures() {  // under g_mutex
  static auto* list = new std::vector<std::pair<Stream, Capture*>>;
  return *list;
}

}  // namespace

std::atomic<int> Capture::under_way_{0};

void Capture::begin(const Stream& stream) {
  std::lock_guard lock(g_mutex);
  captures().emplace_back(stream, this);
  ++under_way_;
}

void Capture::end() {
  std::lock_guard lock(g_mutex);
  std::erase_if(captures(), [this](const auto& c) { return c.second == this; });
  --under_way_;
}

Capture* Capture::find_slowly(Device device, sy_stream stream) {
  std::lock_guard lock(g_mutex);
  for (const auto& [captured, capture] : captures()) {
    if (captured.device() == device && captured.handle() == stream) return capture;
  }
  return nullptr;
}

}  // namespace sy
