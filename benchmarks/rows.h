// What is measured: one row per operation, ours beside its peer.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/paths.h"

namespace sy::bench {

struct Row {
  std::string group;  // "calls", "kernels", "steps"
  std::string what;
  Body ours;
  Body peer;  // libtorch, or a physical limit; may be empty
  std::string peer_name = "libtorch";
  int threads = 1;
  double per = 1;                    // operations in one unit of work: times are divided by it
  double bytes = 0;                  // moved by one unit of work, for GB/s
  double flops = 0;                  // done by it, for GFLOP/s
  std::optional<double> at_most_ns;  // budget: ours, in ns
  std::optional<double> at_least;    // budget: how many times faster than the peer
};

// One per file of rows.
std::vector<Row> call_rows();
std::vector<Row> kernel_rows();
std::vector<Row> step_rows();

}  // namespace sy::bench
