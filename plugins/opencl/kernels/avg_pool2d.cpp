// avg_pool2d and its gradient, which sums over the windows that an element lies in.
#include "switchyard/sdk/ops/avg_pool2d.h"

#include "../window.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/avg_pool2d_backward.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

// The window of output (y, x): rows [top, bottom), columns [left, right), and what its sum is divided by.
constexpr const char* kWindowOf = R"(
#define WINDOW_OF(y, x) \
  const idx top = max((y) * stride_y - padding_y, (idx)0), left = max((x) * stride_x - padding_x, (idx)0); \
  const idx bottom = min((y) * stride_y - padding_y + kernel_height, height); \
  const idx right = min((x) * stride_x - padding_x + kernel_width, width); \
  const C0 divisor = padded ? kernel_height * kernel_width : (bottom - top) * (right - left);
)";
constexpr const char* kForward = R"(
__kernel void run(OUT0, IN1, WINDOW, const int padded, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const idx plane = i / out_width / out_height * height * width;
  WINDOW_OF(i / out_width % out_height, i % out_width)
  C0 sum = 0;
  for (idx y = top; y < bottom; ++y) {
    for (idx x = left; x < right; ++x) sum += GET1(plane + y * width + x);
  }
  PUT0(i, sum / divisor);
}
)";
constexpr const char* kBackward = R"(
__kernel void run(OUT0, IN1, WINDOW, const int padded, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const idx x = i % width, y = i / width % height, plane = i / width / height * out_height * out_width;
  const idx first_y = max((y + padding_y - kernel_height + stride_y) / stride_y, (idx)0);
  const idx first_x = max((x + padding_x - kernel_width + stride_x) / stride_x, (idx)0);
  const idx last_y = min((y + padding_y) / stride_y, out_height - 1);
  const idx last_x = min((x + padding_x) / stride_x, out_width - 1);
  C0 sum = 0;
  for (idx oy = first_y; oy <= last_y; ++oy) {
    for (idx ox = first_x; ox <= last_x; ++ox) {
      WINDOW_OF(oy, ox)
      sum += GET1(plane + oy * out_width + ox) / divisor;
    }
  }
  PUT0(i, sum);
}
)";

template <typename Args>
void run(const Call& call, const Args& args, const Tensor& input, const Tensor& output, const Tensor& from,
         const char* body) {
  const Ints step = args.stride ? *args.stride : args.kernel_size;
  const Window window{input.size(-2),
                      input.size(-1),
                      pair_at(args.kernel_size, 0),
                      pair_at(args.kernel_size, 1),
                      output.size(-2),
                      output.size(-1),
                      pair_at(step, 0),
                      pair_at(step, 1),
                      pair_at(args.padding, 0),
                      pair_at(args.padding, 1)};
  const std::int64_t n = args.result.numel();
  Launch launch(call, Args::kOp);
  launch.tensor(args.result).tensor(from);
  window.add_to(launch);
  launch.value(static_cast<cl_int>(args.count_include_pad));
  launch.index(n).run(n, [&] { return std::string(kWindowSource) + kWindowOf + body; });
}

void forward(const Call& call, const AvgPool2dArgs& args) {
  run(call, args, args.self, args.result, args.self, kForward);
}

void backward(const Call& call, const AvgPool2dBackwardArgs& args) {
  run(call, args, args.result, args.grad, args.grad, kBackward);
}

}  // namespace

SY_KERNELS(avg_pool2d, make_kernel<AvgPool2dArgs, forward>(kDeterministic),
           make_kernel<AvgPool2dBackwardArgs, backward>(kDeterministic));
