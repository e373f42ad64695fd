#include "switchyard/sdk/ops/native_batch_norm.h"

#include "../axis.h"
#include "../compute.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const NativeBatchNormArgs& args) {
  const Axis axis(args.input, 1);  // size: channels
  const auto n = static_cast<double>(axis.outer * axis.inner);
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = args.input.template data<T>();
    for (std::int64_t c = 0; c < axis.size; ++c) {
      const auto for_each = [&](auto&& fn) {
        for (std::int64_t o = 0; o < axis.outer; ++o) {
          for (std::int64_t i = 0; i < axis.inner; ++i) fn(axis.at(o, c, i));
        }
      };
      double mean = 0;
      for_each([&](std::int64_t at) { mean += widen(in[at]); });
      mean /= n;
      double squares = 0;
      for_each([&](std::int64_t at) { squares += (widen(in[at]) - mean) * (widen(in[at]) - mean); });
      const double rstd = 1 / std::sqrt(squares / n + args.eps);
      const double weight = args.weight ? widen(args.weight->template data<T>()[c]) : 1.0;
      const double bias = args.bias ? widen(args.bias->template data<T>()[c]) : 0.0;
      for_each([&](std::int64_t at) {
        args.result.template data<T>()[at] = convert<T>((widen(in[at]) - mean) * rstd * weight + bias);
      });
      args.mean.template data<T>()[c] = convert<T>(mean);
      args.rstd.template data<T>()[c] = convert<T>(rstd);
    }
  });
}

}  // namespace

SY_KERNELS(native_batch_norm, make_kernel<NativeBatchNormArgs, run>(kDeterministic));
