// Log lines through the host, under the plugin's name.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <cstdio>

#include "switchyard/sdk/status.h"

namespace sy::sdk {

/// level is SY_LOG_*. Thread-safe. Dropped where the host does not log.
SY_PRINTF_FORMAT(4, 5)
inline void log(const sy_host* host, sy_plugin_handle* plugin, std::int32_t level, const char* format, ...) {
  if (!has(host, host->log)) return;
  char message[512];
  std::va_list args;
  va_start(args, format);
  std::vsnprintf(message, sizeof message, format, args);
  va_end(args);
  host->log(plugin, level, message);
}

}  // namespace sy::sdk
