// The windows of maximum pooling.
#pragma once

#include <cstdint>
#include <vector>

namespace sy::cpu {

/// Pairs are (vertical, horizontal).
struct PoolWindows {
  std::int64_t in[2], out[2], kernel[2], stride[2], padding[2], dilation[2];

  /// Where element k of window o lies along dimension d; it may be outside.
  std::int64_t place(int d, std::int64_t o, std::int64_t k) const {
    return o * stride[d] - padding[d] + k * dilation[d];
  }
  /// More than any index of an element, or place of one outside.
  std::int64_t reach() const {
    return (in[0] + padding[0] + kernel[0] * dilation[0]) * (in[1] + padding[1] + kernel[1] * dilation[1]);
  }
};

/// The upper left corners of a plane's windows, row by row; none where count is 0. As many more as a vector has follow.
struct PoolCorners {
  std::int64_t count = 0;
  std::vector<std::int32_t> top, left;

  void set(const PoolWindows& w) {
    constexpr std::size_t kMaxLanes = 64;
    count = w.out[0] * w.out[1];
    top.resize(static_cast<std::size_t>(count) + kMaxLanes);
    left.resize(static_cast<std::size_t>(count) + kMaxLanes);
    for (std::int64_t i = 0; i < count; ++i) {
      top[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(w.place(0, i / w.out[1], 0));
      left[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(w.place(1, i % w.out[1], 0));
    }
  }
};

}  // namespace sy::cpu
