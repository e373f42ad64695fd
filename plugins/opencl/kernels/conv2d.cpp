// conv2d and its gradients: images unrolled into matrices, whose columns are the kernel's windows, then matrix
// products.
#include "switchyard/sdk/ops/conv2d.h"

#include <algorithm>

#include "../gemm.h"
#include "../window.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/conv2d_backward_input.h"
#include "switchyard/sdk/ops/conv2d_backward_weight.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr std::int64_t kUnrolledBytes = std::int64_t{64} << 20;  // at once, where one image is smaller

/// An unrolled image is (channels * kernel_height * kernel_width, out_height * out_width).
constexpr const char* kUnroll = R"(
__kernel void run(OUT0, IN1, WINDOW, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const idx x = i % out_width, y = i / out_width % out_height, row = i / out_width / out_height;
  const idx kx = row % kernel_width, ky = row / kernel_width % kernel_height;
  const idx plane = row / kernel_width / kernel_height;
  const idx iy = y * stride_y - padding_y + ky * dilation_y, ix = x * stride_x - padding_x + kx * dilation_x;
  const int inside = iy >= 0 && iy < height && ix >= 0 && ix < width;
  PUT0(i, inside ? GET1((plane * height + iy) * width + ix) : 0);
}
)";
// The transpose: each element of an image sums its places in the unrolled one.
constexpr const char* kRoll = R"(
__kernel void run(OUT0, IN1, WINDOW, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const idx x = i % width, y = i / width % height, plane = i / width / height;
  C0 sum = 0;
  for (idx ky = 0; ky < kernel_height; ++ky) {
    const idx from_y = y + padding_y - ky * dilation_y;
    if (from_y < 0 || from_y % stride_y != 0 || from_y / stride_y >= out_height) continue;
    for (idx kx = 0; kx < kernel_width; ++kx) {
      const idx from_x = x + padding_x - kx * dilation_x;
      if (from_x < 0 || from_x % stride_x != 0 || from_x / stride_x >= out_width) continue;
      const idx row = (plane * kernel_height + ky) * kernel_width + kx;
      sum += GET1((row * out_height + from_y / stride_y) * out_width + from_x / stride_x);
    }
  }
  PUT0(i, sum);
}
)";
// values + bias of the channel.
constexpr const char* kBias = R"(
__kernel void run(OUT0, IN1, IN2, const idx plane, const idx channels, const idx n) {
  const idx i = get_global_id(0);
  if (i < n) PUT0(i, GET1(i) + GET2(i / plane % channels));
}
)";

/// Sizes; input (batch, channels, h, w), weight (features, channels / groups, kh, kw), output (batch, features, oh,
/// ow).
struct Convolution {
  std::uint32_t dtype;
  Window window;
  std::int64_t batch, channels, features, groups;

  template <typename Args>
  Convolution(const Args& args, std::uint32_t dtype, Ints input, Ints weight, Ints output)
      : dtype(dtype), batch(input[0]), channels(input[1]), features(weight[0]), groups(args.groups) {
    window = {input[2],
              input[3],
              weight[2],
              weight[3],
              output[2],
              output[3],
              pair_at(args.stride, 0),
              pair_at(args.stride, 1),
              pair_at(args.padding, 0),
              pair_at(args.padding, 1),
              pair_at(args.dilation, 0),
              pair_at(args.dilation, 1)};
  }
  std::int64_t image() const { return channels * window.height * window.width; }
  std::int64_t positions() const { return window.out_height * window.out_width; }
  std::int64_t output_image() const { return features * positions(); }
  std::int64_t group_rows() const { return channels / groups * window.kernel_height * window.kernel_width; }
  std::int64_t group_features() const { return features / groups; }
  std::int64_t unrolled() const { return groups * group_rows() * positions(); }
  /// Images that are unrolled at once.
  std::int64_t images() const {
    const std::int64_t bytes = std::max<std::int64_t>(unrolled() * static_cast<std::int64_t>(compute_size(dtype)), 1);
    return std::clamp<std::int64_t>(kUnrolledBytes / bytes, 1, std::max<std::int64_t>(batch, 1));
  }
  bool is_double() const { return dtype == SY_F64; }

  // Per group, and batched over the groups.
  Matrix weights() const { return {group_features() * group_rows(), group_rows(), 1}; }
  Matrix windows() const { return {group_rows() * positions(), positions(), 1}; }
  Matrix outputs() const { return {group_features() * positions(), positions(), 1}; }

  void unroll(const Call& call, const Values& input, std::int64_t first, std::int64_t count, const Values& to) const {
    const std::int64_t n = count * unrolled();
    Launch launch(call, "conv2d/unroll");
    launch.scratch(to.memory, plain_type(dtype))
        .scratch(input.memory, plain_type(dtype), input.offset + first * image());
    window.add_to(launch);
    launch.index(n).run(n, [] { return std::string(kWindowSource) + kUnroll; });
  }
  void roll(const Call& call, const Values& from, const Values& input, std::int64_t first, std::int64_t count) const {
    const std::int64_t n = count * image();
    Launch launch(call, "conv2d/roll");
    launch.scratch(input.memory, plain_type(dtype), input.offset + first * image())
        .scratch(from.memory, plain_type(dtype));
    window.add_to(launch);
    launch.index(n).run(n, [] { return std::string(kWindowSource) + kRoll; });
  }
};

Values moved(const Values& v, std::int64_t by) { return {v.memory, v.offset + by}; }

/// Where a result is computed: in place, or in scratch memory for f16 and bf16.
Values target_of(const Call& call, const Tensor& result) {
  return is_plain(result.dtype()) ? values_of(result) : scratch_values(call, result.dtype(), result.numel());
}

void add_bias(const Call& call, const Convolution& c, const Values& values, const Tensor& bias, const Tensor& result) {
  const std::int64_t n = result.numel();
  Launch launch(call, "conv2d/bias");
  launch.tensor(result).scratch(values.memory, plain_type(c.dtype), values.offset).tensor(bias);
  launch.index(c.positions()).index(c.features).index(n).run(n, [] { return kBias; });
}

void require(const Call& call, std::uint32_t dtype) { require_dtype(Devices::get().at(call.device_index()), dtype); }

void forward(const Call& call, const Conv2dArgs& args) {
  require(call, args.result.dtype());
  const Convolution c(args, args.result.dtype(), args.input.shape(), args.weight.shape(), args.result.shape());
  const Values input = as_plain(call, args.input);
  const Values weight = as_plain(call, args.weight);
  const Values output = target_of(call, args.result);
  const std::int64_t images = c.images();
  const Values unrolled = scratch_values(call, c.dtype, images * c.unrolled());
  for (std::int64_t first = 0; first < c.batch; first += images) {
    const std::int64_t count = std::min(images, c.batch - first);
    c.unroll(call, input, first, count, unrolled);
    if (c.groups == 1) {
      const ProductSize size{count, c.features, c.positions(), c.group_rows()};
      multiply(call, c.is_double(), size, weight, {0, c.group_rows(), 1}, unrolled, {c.unrolled(), c.positions(), 1}, 0,
               moved(output, first * c.output_image()), {c.output_image(), c.positions(), 1});
      continue;
    }
    const ProductSize size{c.groups, c.group_features(), c.positions(), c.group_rows()};
    for (std::int64_t i = 0; i < count; ++i) {
      multiply(call, c.is_double(), size, weight, c.weights(), moved(unrolled, i * c.unrolled()), c.windows(), 0,
               moved(output, (first + i) * c.output_image()), c.outputs());
    }
  }
  if (args.bias) return add_bias(call, c, output, *args.bias, args.result);
  if (!is_plain(c.dtype)) round_into(call, output, args.result);
}

/// windows(input) = weight^T grad per image and group, then rolled up.
void backward_input(const Call& call, const Conv2dBackwardInputArgs& args) {
  require(call, args.result.dtype());
  const Convolution c(args, args.result.dtype(), args.result.shape(), args.weight.shape(), args.grad.shape());
  const Values grad = as_plain(call, args.grad);
  const Values weight = as_plain(call, args.weight);
  const Values input = target_of(call, args.result);
  const std::int64_t images = c.images();
  const Values unrolled = scratch_values(call, c.dtype, images * c.unrolled());
  const ProductSize size{c.groups, c.group_rows(), c.positions(), c.group_features()};
  for (std::int64_t first = 0; first < c.batch; first += images) {
    const std::int64_t count = std::min(images, c.batch - first);
    for (std::int64_t i = 0; i < count; ++i) {
      multiply(call, c.is_double(), size, weight, c.weights().transposed(), moved(grad, (first + i) * c.output_image()),
               c.outputs(), 0, moved(unrolled, i * c.unrolled()), c.windows());
    }
    c.roll(call, unrolled, input, first, count);
  }
  if (!is_plain(c.dtype)) round_into(call, input, args.result);
}

/// The sum over images of grad windows(input)^T, per group.
void backward_weight(const Call& call, const Conv2dBackwardWeightArgs& args) {
  require(call, args.result.dtype());
  const Convolution c(args, args.result.dtype(), args.input.shape(), args.result.shape(), args.grad.shape());
  const Values grad = as_plain(call, args.grad);
  const Values input = as_plain(call, args.input);
  const Values weight = target_of(call, args.result);
  const std::int64_t images = c.images();
  const Values unrolled = scratch_values(call, c.dtype, images * c.unrolled());
  ProductSize size{c.groups, c.group_features(), c.group_rows(), c.positions()};
  if (c.batch == 0) {  // a sum of nothing
    size.inner = 0;
    multiply(call, c.is_double(), size, grad, c.outputs(), unrolled, c.windows().transposed(), 0, weight, c.weights());
  }
  for (std::int64_t first = 0; first < c.batch; first += images) {
    const std::int64_t count = std::min(images, c.batch - first);
    c.unroll(call, input, first, count, unrolled);
    for (std::int64_t i = 0; i < count; ++i) {
      multiply(call, c.is_double(), size, moved(grad, (first + i) * c.output_image()), c.outputs(),
               moved(unrolled, i * c.unrolled()), c.windows().transposed(), first + i == 0 ? 0 : 1, weight,
               c.weights());
    }
  }
  if (!is_plain(c.dtype)) round_into(call, weight, args.result);
}

}  // namespace

SY_KERNELS(conv2d, make_kernel<Conv2dArgs, forward>(kDeterministic),
           make_kernel<Conv2dBackwardInputArgs, backward_input>(kDeterministic),
           make_kernel<Conv2dBackwardWeightArgs, backward_weight>(kDeterministic));
