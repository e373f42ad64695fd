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

/// Which gaps failed as they should. A case that a gap covers may fail; a gap all of whose cases passed is a failure.
class GapTally {
 public:
  explicit GapTally(std::vector<KnownGap> gaps);

  /// The gap that covers a case, or NULL. Counts it.
  const KnownGap* find(const std::string& op, const std::string& suite, const std::string& dtype,
                       const std::string& layout, bool failed);
  /// Gaps whose cases ran and all passed. One of all suites is judged where `forward` ran.
  std::vector<KnownGap> unexpected_passes() const;

 private:
  struct Counted {
    KnownGap gap;
    std::size_t cases = 0;
    std::size_t failed = 0;
  };
  std::vector<Counted> gaps_;
};

}  // namespace sy::testing
