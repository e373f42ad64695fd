#include "switchyard/sdk/ops/linear.h"

#include "../dot.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const LinearArgs& args) {
  const std::int64_t out_features = args.weight.size(0);
  const std::int64_t in_features = args.weight.size(1);
  const std::int64_t rows = out_features == 0 ? 0 : args.result.numel() / out_features;
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = args.input.template data<T>();
    const T* weight = args.weight.template data<T>();
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t o = 0; o < out_features; ++o) {
        double sum = sy::reference::dot(in + r * in_features, 1, weight + o * in_features, 1, in_features);
        if (args.bias) sum += static_cast<double>(args.bias->template data<T>()[o]);
        args.result.template data<T>()[r * out_features + o] = convert<T>(sum);
      }
    }
  });
}

}  // namespace

SY_KERNELS(linear, make_kernel<LinearArgs, run>(kDeterministic));
