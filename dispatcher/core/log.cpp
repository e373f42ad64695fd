#include "switchyard/core/log.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

namespace sy {
namespace {

int level_from_environment() {
  const char* text = std::getenv("SWITCHYARD_LOG");
  std::string_view value = text != nullptr ? text : "";
  constexpr std::string_view names[] = {"debug", "info", "warning", "error"};
  for (int i = 0; i < 4; ++i) {
    if (value == names[i]) return i;
  }
  return static_cast<int>(LogLevel::kWarning);
}

std::atomic<int>& level() {
  static std::atomic<int> l{level_from_environment()};
  return l;
}

struct Sink {
  std::recursive_mutex mutex;  // a sink may log
  std::function<void(LogLevel, std::string_view)> function;
};
Sink& sink() {
  static Sink* s = new Sink;
  return *s;
}

}  // namespace

void log(LogLevel l, std::string_view message) {
  if (static_cast<int>(l) < level().load(std::memory_order_relaxed)) return;
  std::lock_guard lock(sink().mutex);
  if (sink().function) return sink().function(l, message);
  constexpr const char* names[] = {"debug", "info", "warning", "error"};
  std::fprintf(stderr, "switchyard: %s: %.*s\n", names[static_cast<int>(l)], static_cast<int>(message.size()),
               message.data());
}

void set_log_level(LogLevel l) { level() = static_cast<int>(l); }

void set_log_sink(std::function<void(LogLevel, std::string_view)> s) {
  std::lock_guard lock(sink().mutex);
  sink().function = std::move(s);
}

}  // namespace sy
