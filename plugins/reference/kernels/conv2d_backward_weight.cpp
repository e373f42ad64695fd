#include "switchyard/sdk/ops/conv2d_backward_weight.h"

#include "../compute.h"
#include "../convolution.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const Conv2dBackwardWeightArgs& args) {
  const Convolution convolution(args.input.shape(), args.result.shape(), args.grad.shape(), args.stride, args.padding,
                                args.dilation, args.groups);
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<double> sums(static_cast<std::size_t>(args.result.numel()));
    convolution.for_each([&](std::int64_t in, std::int64_t weight, std::int64_t out) {
      sums[weight] += widen(args.grad.template data<T>()[out]) * widen(args.input.template data<T>()[in]);
    });
    for (std::size_t i = 0; i < sums.size(); ++i) args.result.template data<T>()[i] = convert<T>(sums[i]);
  });
}

}  // namespace

SY_KERNELS(conv2d_backward_weight, make_kernel<Conv2dBackwardWeightArgs, run>(kDeterministic));
