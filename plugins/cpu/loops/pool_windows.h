// The windows of maximum pooling.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sy::cpu {

/// Pairs are (vertical, horizontal).
struct PoolWindows {
  std::int64_t in[2], out[2], kernel[2], stride[2], padding[2], dilation[2];

  /// Where element k of window o lies along dimension d; it may be outside.
  std::int64_t place(int d, std::int64_t o, std::int64_t k) const {
    return o * stride[d] - padding[d] + k * dilation[d];
  }
  /// Those of windows [begin, end) along dimension d whose element k lies inside.
  struct Range {
    std::int64_t begin, end;
  };
  Range inside(int d, std::int64_t k, std::int64_t begin, std::int64_t end) const {
    const std::int64_t shift = place(d, 0, k);
    const std::int64_t first = shift < 0 ? (-shift + stride[d] - 1) / stride[d] : 0;
    const std::int64_t last = shift < in[d] ? (in[d] - 1 - shift) / stride[d] + 1 : 0;
    return {std::max(begin, first), std::min(end, last)};
  }
};

}  // namespace sy::cpu
