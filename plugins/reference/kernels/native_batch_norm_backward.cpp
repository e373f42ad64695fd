#include "switchyard/sdk/ops/native_batch_norm_backward.h"

#include "../axis.h"
#include "../compute.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

/// With z = (x - mean) rstd, per channel: grad_weight = sum(grad z), grad_bias = sum(grad),
/// grad_input = weight rstd (grad - grad_bias / n - z grad_weight / n).
sy_status run(const Call& call, const NativeBatchNormBackwardArgs& args) {
  const Axis axis(args.input, 1);  // size: channels
  const auto n = static_cast<double>(axis.outer * axis.inner);
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = args.input.template data<T>();
    const T* grad = args.grad.template data<T>();
    for (std::int64_t c = 0; c < axis.size; ++c) {
      const double mean = widen(args.mean.template data<T>()[c]);
      const double rstd = widen(args.rstd.template data<T>()[c]);
      const double weight = args.weight ? widen(args.weight->template data<T>()[c]) : 1.0;
      const auto z = [&](std::int64_t at) { return (widen(in[at]) - mean) * rstd; };
      double sum = 0;
      double sum_z = 0;
      for (std::int64_t o = 0; o < axis.outer; ++o) {
        for (std::int64_t i = 0; i < axis.inner; ++i) {
          const std::int64_t at = axis.at(o, c, i);
          sum += widen(grad[at]);
          sum_z += widen(grad[at]) * z(at);
        }
      }
      for (std::int64_t o = 0; o < axis.outer; ++o) {
        for (std::int64_t i = 0; i < axis.inner; ++i) {
          const std::int64_t at = axis.at(o, c, i);
          args.grad_input.template data<T>()[at] =
              convert<T>(weight * rstd * (widen(grad[at]) - sum / n - z(at) * sum_z / n));
        }
      }
      if (args.weight) args.grad_weight.template data<T>()[c] = convert<T>(sum_z);
      if (args.bias) args.grad_bias.template data<T>()[c] = convert<T>(sum);
    }
  });
}

}  // namespace

SY_KERNELS(native_batch_norm_backward, make_kernel<NativeBatchNormBackwardArgs, run>(kDeterministic));
