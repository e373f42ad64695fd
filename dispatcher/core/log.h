// Messages to the person who runs the program: standard error unless a sink is set.
#pragma once

#include <functional>
#include <string_view>

namespace sy {

enum class LogLevel { kDebug = 0, kInfo = 1, kWarning = 2, kError = 3 };

/// Thread-safe. Below the level nothing happens.
void log(LogLevel level, std::string_view message);
/// Default: warnings and worse, or what SWITCHYARD_LOG says (debug, info, warning, error).
void set_log_level(LogLevel level);
/// Replaces standard error; an empty function brings it back.
void set_log_sink(std::function<void(LogLevel, std::string_view)> sink);

}  // namespace sy
