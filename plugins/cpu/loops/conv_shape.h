// Sizes and attributes of a 2-d convolution.
#pragma once

#include <cstdint>

#include "switchyard/sdk/call.h"

namespace sy::cpu {

/// input (batch, channels, height, width), weight (out_channels, channels / groups, kernel[0], kernel[1]),
/// output (batch, out_channels, out[0], out[1]); pairs are (vertical, horizontal).
struct ConvShape {
  std::int64_t batch, channels, out_channels, groups;
  std::int64_t in[2], out[2], kernel[2], stride[2], padding[2], dilation[2];

  ConvShape(const sdk::Tensor& input, const sdk::Tensor& weight, const sdk::Tensor& output, sdk::Ints strides,
            sdk::Ints paddings, sdk::Ints dilations, std::int64_t group_count);

  bool empty() const {
    return batch * channels * out_channels * in[0] * in[1] * out[0] * out[1] * kernel[0] * kernel[1] == 0;
  }
};

/// Element d of an int[2] parameter; one value stands for both.
inline std::int64_t pair_at(sdk::Ints values, int d) {
  return values[values.size() == 1 ? 0 : static_cast<std::size_t>(d)];
}

}  // namespace sy::cpu
