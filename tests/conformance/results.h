// What a conformance run found.
#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <tuple>
#include <vector>

namespace sy::testing {

/// A case that is told of by itself: it failed, or was known to, or could not be tried.
struct CaseRecord {
  std::string part;   // "static", "abi", "runtime", "ops", "grad", "perf"
  std::string suite;  // "forward", "memory"
  std::string op;     // "" for the device as a whole
  std::string name;
  std::string dtype;
  std::string text;    // what went wrong, the gap's reason, why it was skipped
  std::string repeat;  // the command that runs just this case
};

struct Counts {
  std::size_t passed = 0, failed = 0, gaps = 0, skipped = 0;
};

/// One field of the table of operators and dtypes.
struct Cell {
  std::string ran;  // "kernel", "composite", "promoted", "view", "host"; "" where it did not
  Counts counts;
  std::string skipped;  // why, where nothing was tried
};

/// Seconds per call.
struct Timing {
  std::string op, dtype, size;  // "small", "large"
  double device = 0, cpu = 0;
};

struct Results {
  std::string device, plugin, tier, date;
  std::vector<std::string> suites;                               // that were run
  std::vector<std::pair<std::string, std::string>> facts;        // of the plugin, in order
  std::map<std::pair<std::string, std::string>, Counts> counts;  // by part and suite
  std::map<std::pair<std::string, std::string>, Cell> cells;     // by operator and dtype; "" without T0
  std::vector<CaseRecord> failures, gaps, skips;
  std::vector<Timing> timings;
  double seconds = 0;
  std::string no_device;  // why there is none here, so that only the file and its tables were tested; or ""

  Counts total() const;
};

nlohmann::json to_json(const Results& results);
/// Throws std::runtime_error where the text is no report of ours.
Results from_json(const std::string& text);
/// One file that needs no other: summary, table of operators and dtypes, failures, times.
std::string to_html(const Results& results);

/// What got worse since an earlier run, one line each: cases that fail now and did not, fields of the table that passed
/// and do not, kernels that are gone. With slowdown > 0 also operators whose time beside the CPU's grew by more than that
/// factor. Suites and operators that this run left out do not count.
std::vector<std::string> regressions(const Results& now, const Results& before, double slowdown);

}  // namespace sy::testing
