// The geometry that conv2d and its two gradients share: which input, weight and output elements meet.
#pragma once

#include <cstdint>

#include "axis.h"

namespace sy::reference {

/// Sizes of a convolution; positions are row-major in contiguous tensors.
struct Convolution {
  std::int64_t batch, channels, height, width;         // input
  std::int64_t features, kernel_height, kernel_width;  // weight: (features, channels / groups, kh, kw)
  std::int64_t out_height, out_width;
  std::int64_t groups;
  sdk::Ints stride, padding, dilation;

  Convolution(sdk::Ints input, sdk::Ints weight, sdk::Ints output, sdk::Ints stride, sdk::Ints padding,
              sdk::Ints dilation, std::int64_t groups)
      : batch(input[0]),
        channels(input[1]),
        height(input[2]),
        width(input[3]),
        features(weight[0]),
        kernel_height(weight[2]),
        kernel_width(weight[3]),
        out_height(output[2]),
        out_width(output[3]),
        groups(groups),
        stride(stride),
        padding(padding),
        dilation(dilation) {}

  /// Calls fn(input position, weight position, output position) for each product of the convolution.
  template <typename Fn>
  void for_each(Fn&& fn) const {
    for (std::int64_t n = 0; n < batch; ++n) {
      for (std::int64_t f = 0; f < features; ++f) {
        for (std::int64_t y = 0; y < out_height; ++y) {
          for (std::int64_t x = 0; x < out_width; ++x) window(n, f, y, x, fn);
        }
      }
    }
  }

 private:
  template <typename Fn>
  void window(std::int64_t n, std::int64_t f, std::int64_t y, std::int64_t x, Fn& fn) const {
    const std::int64_t group_channels = channels / groups;
    const std::int64_t first_channel = f / (features / groups) * group_channels;
    for (std::int64_t c = 0; c < group_channels; ++c) {
      for (std::int64_t ky = 0; ky < kernel_height; ++ky) {
        for (std::int64_t kx = 0; kx < kernel_width; ++kx) {
          const std::int64_t iy = y * pair_at(stride, 0) - pair_at(padding, 0) + ky * pair_at(dilation, 0);
          const std::int64_t ix = x * pair_at(stride, 1) - pair_at(padding, 1) + kx * pair_at(dilation, 1);
          if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
          fn(((n * channels + first_channel + c) * height + iy) * width + ix,
             ((f * group_channels + c) * kernel_height + ky) * kernel_width + kx,
             ((n * features + f) * out_height + y) * out_width + x);
        }
      }
    }
  }
};

}  // namespace sy::reference
