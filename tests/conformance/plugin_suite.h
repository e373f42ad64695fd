// The parts of the kit that look at a plugin and its device as a whole, rather than at single operators.
#pragma once

#include <string>
#include <vector>

#include "switchyard/testing/suite.h"

namespace sy::testing {

/// What is under test: the device, and the file that brought it.
struct Target {
  std::string plugin;  // path
  Options options;     // its device is set only where loaded is
};

struct PluginSuite {
  const char* name;
  const char* part;  // "static", "abi" or "runtime"
  bool loads;        // runs after the plugin was loaded by the host; else on the file alone
  bool alone;        // leaves its process in a state that is good for nothing else
  void (*run)(const Target&, Report&);
};
const std::vector<PluginSuite>& plugin_suites();

/// The file: symbols, what it needs, version, sanitizers.
void run_static(const Target& target, Report& report);
/// The tables that the plugin hands out, taken by a host made for the purpose.
void run_tables(const Target& target, Report& report);
/// What the real host thought of the plugin.
void run_loading(const Target& target, Report& report);
/// Logical unload, and an exit of the process with tensors alive.
void run_unloading(const Target& target, Report& report);
/// Memory kinds, sizes, alignment, guard zones around what copies write.
void run_memory(const Target& target, Report& report);
/// Between all pairs of devices of the process.
void run_copies(const Target& target, Report& report);
/// Order within a stream, between streams by events, and errors that surface later.
void run_streams(const Target& target, Report& report);
/// Too large, too many, and as the device can be told to: see docs/add_a_plugin.md on faults for tests.
void run_out_of_memory(const Target& target, Report& report);
/// Calls on several threads, on shared inputs and on streams of their own.
void run_concurrency(const Target& target, Report& report);
/// A device that gets lost, where it can be told to.
void run_device_lost(const Target& target, Report& report);

}  // namespace sy::testing
