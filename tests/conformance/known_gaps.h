// A plugin's conformance.yaml: what it is known not to do.
#pragma once

#include <string>
#include <vector>

namespace sy::testing {

/// Cases that are known to fail. Empty fields match everything.
struct KnownGap {
  std::string op;
  std::string suite;   // "forward", "forms", ...
  std::string dtype;   // of T0
  std::string layout;  // of the first tensor
  std::string reason;
};

/// Reads `known_gaps: [{op: ..., dtype: ..., layout: ..., suite: ..., reason: ...}]`. A file that does not exist has
/// none. Throws std::runtime_error for unknown keys, or a gap without op or reason.
std::vector<KnownGap> read_known_gaps(const std::string& path);

}  // namespace sy::testing
