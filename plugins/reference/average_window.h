// The windows of avg_pool2d, which its gradient walks too.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "axis.h"

namespace sy::reference {

/// One window: the input rows [top, bottom) and columns [left, right) it covers, and what its sum is divided by.
struct AverageWindow {
  std::int64_t top, bottom, left, right;
  double divisor;
};

/// The window of output (y, x) over an input of the given height and width. stride defaults to the kernel size.
inline AverageWindow average_window(std::int64_t y, std::int64_t x, std::int64_t height, std::int64_t width,
                                    sdk::Ints kernel_size, const std::optional<sdk::Ints>& stride, sdk::Ints padding,
                                    bool count_include_pad) {
  const sdk::Ints step = stride ? *stride : kernel_size;
  const std::int64_t top = y * pair_at(step, 0) - pair_at(padding, 0);
  const std::int64_t left = x * pair_at(step, 1) - pair_at(padding, 1);
  const std::int64_t zero = 0;
  AverageWindow w{std::max(top, zero), std::min(top + pair_at(kernel_size, 0), height), std::max(left, zero),
                  std::min(left + pair_at(kernel_size, 1), width), 0};
  w.divisor = static_cast<double>(count_include_pad ? pair_at(kernel_size, 0) * pair_at(kernel_size, 1)
                                                    : (w.bottom - w.top) * (w.right - w.left));
  return w;
}

}  // namespace sy::reference
