// Cross-correlation with zeros as padding.
#include "switchyard/sdk/ops/conv2d.h"

#include "loops/compute_copy.h"
#include "loops/depthwise_conv.h"
#include "loops/im2col.h"
#include "loops/pointwise_conv.h"
#include "loops/types.h"
#include "onednn/convolution.h"

namespace sy::cpu {
namespace {

void run_conv2d(const Call& call, const sdk::Conv2dArgs& args) {
  const ConvShape shape(args.input, args.weight, args.result, args.stride, args.padding, args.dilation, args.groups);
  const std::uint32_t dtype = call.t(0);
  constexpr auto kKind = onednn::ConvKind::kForward;
  if (dtype == SY_BF16 && !shape.empty()) {
    if (onednn::convolve(call, kKind, dtype, shape, operand(args.input).data, operand(args.weight).data,
                         args.bias ? operand(*args.bias).data : nullptr, operand(args.result).data))
      return;
  }
  const InputArray input(call, args.input);
  const InputArray weight(call, args.weight);
  const InputArray bias(call, args.bias);
  OutputArray result(call, args.result);
  if (dtype != SY_F64 && !shape.empty() && is_pointwise_conv(shape)) {
    pointwise_conv(call, shape, input.as<float>(), weight.as<float>(), bias.as<float>(), result.as<float>());
    return result.store();
  }
  if (dtype != SY_F64 && !shape.empty() && is_depthwise_conv(shape)) {
    depthwise_conv(call, shape, input.as<float>(), weight.as<float>(), bias.as<float>(), result.as<float>());
    return result.store();
  }
  const bool done =
      dtype != SY_F64 && !shape.empty() &&
      onednn::convolve(call, kKind, SY_F32, shape, input.data(), weight.data(), bias.data(), result.data());
  if (!done) patch_conv(call, dtype, shape, input.data(), weight.data(), bias.data(), result.data());
  result.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(conv2d, sy::sdk::make_kernel<sy::sdk::Conv2dArgs, sy::cpu::run_conv2d>(sy::sdk::kDeterministic));
