// The gradient of conv2d for its weight.
#include "switchyard/sdk/ops/conv2d_backward_weight.h"

#include "loops/compute_copy.h"
#include "loops/im2col.h"
#include "loops/pointwise_conv.h"
#include "loops/types.h"
#include "onednn/convolution.h"

namespace sy::cpu {
namespace {

void run_conv2d_backward_weight(const Call& call, const sdk::Conv2dBackwardWeightArgs& args) {
  const ConvShape shape(args.input, args.result, args.grad, args.stride, args.padding, args.dilation, args.groups);
  const std::uint32_t dtype = call.t(0);
  constexpr auto kKind = onednn::ConvKind::kBackwardWeight;
  if (dtype == SY_BF16 && !shape.empty()) {
    if (onednn::convolve(call, kKind, dtype, shape, operand(args.input).data, operand(args.result).data, nullptr,
                         operand(args.grad).data))
      return;
  }
  const InputArray grad(call, args.grad);
  const InputArray input(call, args.input);
  OutputArray result(call, args.result);
  if (dtype != SY_F64 && !shape.empty() && is_pointwise_conv(shape)) {
    pointwise_conv_backward_weight(call, shape, grad.as<float>(), input.as<float>(), result.as<float>());
    return result.store();
  }
  const bool done = dtype != SY_F64 && !shape.empty() &&
                    onednn::convolve(call, kKind, SY_F32, shape, input.data(), result.data(), nullptr, grad.data());
  if (!done) patch_conv_backward_weight(call, dtype, shape, grad.data(), input.data(), result.data());
  result.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(conv2d_backward_weight,
           sy::sdk::make_kernel<sy::sdk::Conv2dBackwardWeightArgs, sy::cpu::run_conv2d_backward_weight>(
               sy::sdk::kDeterministic));
