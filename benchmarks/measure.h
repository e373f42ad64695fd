// Runs rows pair by pair, and keeps medians.
#pragma once

#include <string>
#include <vector>

#include "benchmarks/rows.h"

namespace sy::bench {

struct Result {
  const Row* row = nullptr;
  double ours_ns = 0;  // medians, of one operation
  double peer_ns = 0;  // 0: no peer
  bool held = true;    // the budget
  /// How many times faster ours is; 0 without a peer.
  double ratio() const { return peer_ns > 0 ? peer_ns / ours_ns : 0; }
};

/// Both sides of each row in turn, `repetitions` times, in random order; `progress` is told before each row.
std::vector<Result> measure(const std::vector<Row>& rows, int repetitions,
                            const std::function<void(std::size_t done, std::size_t of, const Row& next)>& progress);

}  // namespace sy::bench
