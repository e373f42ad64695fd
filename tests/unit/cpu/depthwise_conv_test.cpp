// Every path of the direct depthwise convolution against its definition.
#include "loops/depthwise_conv.h"

#include <gtest/gtest.h>

#include "arrays.h"
#include "loops/parallel.h"

namespace sy::cpu {
namespace {

struct Case {
  std::int64_t height, width, kernel[2], stride, padding[2], dilation[2], per_group;
};

// Small integers: every sum is exact.
void fill(Array<float>& a, std::int64_t step) {
  a.fill([=](std::int64_t i) { return static_cast<float>(i * step % 7 - 3); });
}

float at(Array<float>& input, const ConvShape& s, std::int64_t plane, std::int64_t y, std::int64_t x) {
  if (y < 0 || x < 0 || y >= s.in[0] || x >= s.in[1]) return 0;
  return input[(plane * s.in[0] + y) * s.in[1] + x];
}

void check(const Case& c) {
  constexpr std::int64_t kBatch = 2, kChannels = 3;
  const std::int64_t taps = c.kernel[0] * c.kernel[1], out_channels = kChannels * c.per_group;
  const std::int64_t out_height = (c.height + 2 * c.padding[0] - c.dilation[0] * (c.kernel[0] - 1) - 1) / c.stride + 1;
  const std::int64_t out_width = c.width + 2 * c.padding[1] - c.dilation[1] * (c.kernel[1] - 1);
  Array<float> input({kBatch, kChannels, c.height, c.width}), weight({out_channels, 1, c.kernel[0], c.kernel[1]});
  Array<float> bias({out_channels}), output({kBatch, out_channels, out_height, out_width});
  fill(input, 5);
  fill(weight, 3);
  fill(bias, 2);
  const std::int64_t strides[] = {c.stride, 1};
  const ConvShape s(input.tensor(), weight.tensor(), output.tensor(), {strides, 2}, {c.padding, 2}, {c.dilation, 2},
                    kChannels);
  ASSERT_TRUE(is_depthwise_conv(s));
  TestCall call;
  for (bool biased : {true, false}) {
    output.fill([](std::int64_t) { return -1000.0f; });
    depthwise_conv(call, s, &input[0], &weight[0], biased ? &bias[0] : nullptr, &output[0]);
    for (std::int64_t i = 0; i < output.count(); ++i) {
      const std::int64_t x = i % out_width, y = i / out_width % out_height, plane = i / (out_width * out_height);
      const std::int64_t channel = plane % out_channels;
      float want = biased ? bias[channel] : 0;
      for (std::int64_t t = 0; t < taps; ++t) {
        want += weight[channel * taps + t] * at(input, s, plane / c.per_group,
                                                y * c.stride + t / c.kernel[1] * c.dilation[0] - c.padding[0],
                                                x + t % c.kernel[1] * c.dilation[1] - c.padding[1]);
      }
      ASSERT_EQ(output[i], want) << c.height << " x " << c.width << ", kernel " << c.kernel[0] << " x " << c.kernel[1]
                                 << ", element " << i;
    }
  }
}

TEST(DepthwiseConv, IsItsDefinition) {
  for (int threads : {1, 3}) {
    set_num_threads(threads);
    for (std::int64_t height : {3, 4, 5, 9, 56}) {
      for (std::int64_t width : {3, 7, 16, 17, 35, 56}) {
        check({height, width, {3, 3}, 1, {1, 1}, {1, 1}, 1});
        check({height, width, {3, 3}, 2, {1, 1}, {1, 1}, 1});
        check({height, width, {3, 3}, 1, {2, 3}, {2, 1}, 2});
        check({height, width, {2, 3}, 1, {1, 0}, {1, 1}, 2});
        check({height, width, {5, 5}, 1, {2, 2}, {1, 1}, 1});
        check({height, width, {1, 1}, 1, {0, 0}, {1, 1}, 1});
        check({height, width, {3, 3}, 1, {1, 4}, {1, 3}, 1});
        check({height, width, {3, 5}, 1, {2, 4}, {2, 2}, 1});
      }
    }
  }
  set_num_threads(1);
}

}  // namespace
}  // namespace sy::cpu
