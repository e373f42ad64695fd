#include "switchyard/sdk/ops/native_layer_norm.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT
using sy::reference::widen;

sy_status run(const Call& call, const NativeLayerNormArgs& args) {
  std::int64_t n = 1;
  for (const std::int64_t size : args.normalized_shape) n *= size;
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t r = 0; r < args.mean.numel(); ++r) {
      const T* in = args.input.template data<T>() + r * n;
      double mean = 0;
      for (std::int64_t i = 0; i < n; ++i) mean += widen(in[i]);
      mean /= static_cast<double>(n);
      double variance = 0;
      for (std::int64_t i = 0; i < n; ++i) variance += (widen(in[i]) - mean) * (widen(in[i]) - mean);
      const double rstd = 1 / std::sqrt(variance / static_cast<double>(n) + args.eps);
      args.mean.template data<T>()[r] = convert<T>(mean);
      args.rstd.template data<T>()[r] = convert<T>(rstd);
      for (std::int64_t i = 0; i < n; ++i) {
        const double weight = args.weight ? widen(args.weight->template data<T>()[i]) : 1.0;
        const double bias = args.bias ? widen(args.bias->template data<T>()[i]) : 0.0;
        args.result.template data<T>()[r * n + i] = convert<T>((widen(in[i]) - mean) * rstd * weight + bias);
      }
    }
  });
}

}  // namespace

SY_KERNELS(native_layer_norm, make_kernel<NativeLayerNormArgs, run>(kDeterministic));
