// What the host gave at load, and what this plugin counts.
#pragma once

#include <atomic>
#include <cstdint>

#include "statistics.h"
#include "switchyard/abi/plugin.h"

namespace sy::opencl {

/// Set once, in init.
struct Host {
  const sy_host* services = nullptr;
  sy_plugin_handle* plugin = nullptr;
  std::uint32_t backend = 0;
};
inline Host& host() {
  static Host instance;
  return instance;
}

struct Counters {
  std::atomic<std::uint64_t> bytes_copied_to_host{0};
  std::atomic<std::uint64_t> bytes_read_by_kernels{0};
  std::atomic<std::uint64_t> programs_built{0};
  std::atomic<std::uint64_t> programs_from_cache{0};
  std::atomic<std::uint64_t> cache_entries_rejected{0};
  std::atomic<std::uint64_t> bytes_read_for_faults{0};
};
inline Counters& counters() {
  static Counters instance;
  return instance;
}

}  // namespace sy::opencl
