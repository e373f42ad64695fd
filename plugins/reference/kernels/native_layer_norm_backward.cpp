#include "switchyard/sdk/ops/native_layer_norm_backward.h"

#include <vector>

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT
using sy::reference::widen;

/// With z = (x - mean) rstd and g = grad * weight, per row:
/// grad_input = rstd (g - mean(g) - z mean(g z)); grad_weight = sum(grad z), grad_bias = sum(grad) over rows.
sy_status run(const Call& call, const NativeLayerNormBackwardArgs& args) {
  std::int64_t n = 1;
  for (const std::int64_t size : args.normalized_shape) n *= size;
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<double> grad_weight(static_cast<std::size_t>(n));
    std::vector<double> grad_bias(static_cast<std::size_t>(n));
    for (std::int64_t r = 0; r < args.mean.numel(); ++r) {
      const T* in = args.input.template data<T>() + r * n;
      const T* grad = args.grad.template data<T>() + r * n;
      const double mean = widen(args.mean.template data<T>()[r]);
      const double rstd = widen(args.rstd.template data<T>()[r]);
      const auto z = [&](std::int64_t i) { return (widen(in[i]) - mean) * rstd; };
      const auto g = [&](std::int64_t i) {
        return widen(grad[i]) * (args.weight ? widen(args.weight->template data<T>()[i]) : 1.0);
      };
      double mean_g = 0;
      double mean_gz = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        mean_g += g(i) / static_cast<double>(n);
        mean_gz += g(i) * z(i) / static_cast<double>(n);
        grad_weight[i] += widen(grad[i]) * z(i);
        grad_bias[i] += widen(grad[i]);
      }
      for (std::int64_t i = 0; i < n; ++i) {
        args.grad_input.template data<T>()[r * n + i] = convert<T>(rstd * (g(i) - mean_g - z(i) * mean_gz));
      }
    }
    for (std::int64_t i = 0; args.weight && i < n; ++i) {
      args.grad_weight.template data<T>()[i] = convert<T>(grad_weight[i]);
    }
    for (std::int64_t i = 0; args.bias && i < n; ++i) args.grad_bias.template data<T>()[i] = convert<T>(grad_bias[i]);
  });
}

}  // namespace

SY_KERNELS(native_layer_norm_backward, make_kernel<NativeLayerNormBackwardArgs, run>(kDeterministic));
