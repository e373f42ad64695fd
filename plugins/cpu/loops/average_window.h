// The windows of average pooling.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "loops/conv_shape.h"

namespace sy::cpu {

struct AverageWindows {
  std::int64_t in[2], out[2], kernel[2], stride[2], padding[2];
  bool count_padding;

  /// stride defaults to the kernel size.
  AverageWindows(const sdk::Tensor& input, const sdk::Tensor& output, sdk::Ints kernels,
                 const std::optional<sdk::Ints>& strides, sdk::Ints paddings, bool count_include_pad)
      : count_padding(count_include_pad) {
    for (int d = 0; d < 2; ++d) {
      in[d] = input.size(2 + d);
      out[d] = output.size(2 + d);
      kernel[d] = pair_at(kernels, d);
      stride[d] = strides && !strides->empty() ? pair_at(*strides, d) : kernel[d];
      padding[d] = pair_at(paddings, d);
    }
  }

  /// Window o along dimension d: the part inside the input, and how many elements it counts.
  struct Span {
    std::int64_t begin, end, count;
  };
  Span span(int d, std::int64_t o) const {
    const std::int64_t begin = o * stride[d] - padding[d];
    const std::int64_t end = std::min(begin + kernel[d], in[d] + padding[d]);
    const Span inside{std::max<std::int64_t>(begin, 0), std::min(end, in[d]), 0};
    return {inside.begin, inside.end, count_padding ? end - begin : inside.end - inside.begin};
  }
};

}  // namespace sy::cpu
