// The gradient of conv2d for its input.
#include "switchyard/sdk/ops/conv2d_backward_input.h"

#include "loops/compute_copy.h"
#include "loops/im2col.h"
#include "loops/pointwise_conv.h"
#include "loops/types.h"
#include "onednn/convolution.h"

namespace sy::cpu {
namespace {

void run_conv2d_backward_input(const Call& call, const sdk::Conv2dBackwardInputArgs& args) {
  const ConvShape shape(args.result, args.weight, args.grad, args.stride, args.padding, args.dilation, args.groups);
  const std::uint32_t dtype = call.t(0);
  constexpr auto kKind = onednn::ConvKind::kBackwardInput;
  if (dtype == SY_BF16 && !shape.empty()) {
    if (onednn::convolve(call, kKind, dtype, shape, operand(args.result).data, operand(args.weight).data, nullptr,
                         operand(args.grad).data))
      return;
  }
  const InputArray grad(call, args.grad);
  const InputArray weight(call, args.weight);
  OutputArray result(call, args.result);
  if (dtype != SY_F64 && !shape.empty() && is_pointwise_conv(shape)) {
    pointwise_conv_backward_input(call, shape, grad.as<float>(), weight.as<float>(), result.as<float>());
    return result.store();
  }
  const bool done = dtype != SY_F64 && !shape.empty() &&
                    onednn::convolve(call, kKind, SY_F32, shape, result.data(), weight.data(), nullptr, grad.data());
  if (!done) patch_conv_backward_input(call, dtype, shape, grad.data(), weight.data(), result.data());
  result.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(conv2d_backward_input,
           sy::sdk::make_kernel<sy::sdk::Conv2dBackwardInputArgs, sy::cpu::run_conv2d_backward_input>(
               sy::sdk::kDeterministic));
