#include "switchyard/sdk/ops/conv2d.h"

#include "../compute.h"
#include "../convolution.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const Conv2dArgs& args) {
  const Convolution convolution(args.input.shape(), args.weight.shape(), args.result.shape(), args.stride, args.padding,
                                args.dilation, args.groups);
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<double> sums(static_cast<std::size_t>(args.result.numel()));
    convolution.for_each([&](std::int64_t in, std::int64_t weight, std::int64_t out) {
      sums[out] += widen(args.input.template data<T>()[in]) * widen(args.weight.template data<T>()[weight]);
    });
    const std::int64_t plane = convolution.out_height * convolution.out_width;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const std::int64_t feature = static_cast<std::int64_t>(i) / plane % convolution.features;
      const double bias = args.bias ? widen(args.bias->template data<T>()[feature]) : 0.0;
      args.result.template data<T>()[i] = convert<T>(sums[i] + bias);
    }
  });
}

}  // namespace

SY_KERNELS(conv2d, make_kernel<Conv2dArgs, run>(kDeterministic));
