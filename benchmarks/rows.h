// What is measured: one row per operation, ours beside its peer and beside what the machine can do at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "benchmarks/paths.h"

namespace sy::bench {

struct Row {
  std::string group;  // "calls", "kernels", "steps"
  std::string what;
  Body ours;
  Body peer;   // libtorch; may be empty
  Body limit;  // the physical limit: memory traffic, or oneDNN called directly; may be empty
  std::string limit_name;
  int threads = 1;
  double per = 1;                  // operations in one unit of work: times are divided by it
  double bytes = 0;                // moved by one unit of work, for GB/s
  double flops = 0;                // done by it, for GFLOP/s
  std::optional<double> at_least;  // budget: how many times faster than the peer
  std::optional<double> of_limit;  // budget: the part of the limit's rate
  std::function<void()> prepare;   // called once, right before the row is measured; may be empty
};

// One per file of rows.
std::vector<Row> call_rows();
std::vector<Row> kernel_rows();
std::vector<Row> step_rows();

/// Copies so many bytes, half read and half written, on the threads that OpenMP has; memory is not fresh.
Body copy_limit(double bytes);
/// oneDNN's own product of two n x n matrices of f32.
Body matmul_limit(std::int64_t n);
/// oneDNN's own convolution, in the layouts that it likes best: nothing is reordered.
Body conv_limit(std::int64_t batch, std::int64_t channels, std::int64_t out, std::int64_t side, std::int64_t kernel,
                std::int64_t stride, std::int64_t groups);

}  // namespace sy::bench
