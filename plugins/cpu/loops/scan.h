// Running sums of several lines.
#pragma once

#include "loops/grid.h"
#include "loops/parallel.h"

namespace sy::cpu {

/// Lines that are scanned together where they are not contiguous.
inline constexpr std::int64_t kScanLines = 16;

/// `lines` lines of n elements; steps along and between lines in elements.
struct Strip {
  char* x;
  char* out;
  std::int64_t n;
  std::int64_t lines;
  std::int64_t x_step;
  std::int64_t x_line;
  std::int64_t out_step;
  std::int64_t out_line;
};

/// The sums of lines so far: floating for floating elements.
union ScanSums {
  std::int64_t integer[kScanLines];
  double floating[kScanLines];
};

/// Adds each element of line k to sum k and writes the sum. At most kScanLines lines.
using ScanFn = void (*)(const Strip& strip, ScanSums& sums);

}  // namespace sy::cpu
