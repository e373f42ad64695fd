// Runs the kit on a plugin or a device, in child processes, so that a crash or a hang is one failed case.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "switchyard/testing/results.h"
#include "switchyard/testing/suite.h"

namespace sy::testing {

struct RunOptions {
  std::string plugin;  // path; "": the plugin of device
  std::string device;  // "npu" or "npu:1"; "": the plugin's first
  Tier tier = Tier::kQuick;
  std::vector<std::string> suites;  // parts and suites; empty: all but perf
  std::vector<std::string> ops;     // empty: all
  std::vector<std::string> groups;  // schema files
  std::string only_case;            // the case of that name
  std::string gaps;                 // file of known gaps; "": beside the plugin
  bool fallback = false;            // what has no kernel may run on the CPU
  double timeout = 60;              // seconds that a case may take
  int jobs = 1;                     // child processes at once
  std::string command;              // how this program is called, for commands that repeat a case
};

/// How far the run is.
struct Progress {
  std::size_t done = 0, all = 0;  // operators times suites
  std::size_t cases = 0, failures = 0;
  std::string at;  // "forward add"
};

/// There is nothing to test on: the plugin declines, or has no device on this machine, and its file is not known. With a
/// file its static parts are tested, and Results::no_device says why the others are not.
struct NoDevice {
  std::string reason;
};

/// Runs, calling progress now and then and on_failure for each failure as it is found. The calling process must have no
/// other threads, and must not have used a device. Throws sy::Error for what cannot be run as asked, and NoDevice.
Results run_conformance(const RunOptions& options, const std::function<void(const Progress&)>& progress,
                        const std::function<void(const CaseRecord&)>& on_failure);

/// "gradients" and the like, with the part each belongs to: "grad".
std::vector<std::pair<std::string, std::string>> suite_names();

}  // namespace sy::testing
