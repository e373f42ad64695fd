#include "switchyard/sdk/ops/avg_pool2d_backward.h"

#include "../average_window.h"
#include "../compute.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const AvgPool2dBackwardArgs& args) {
  const std::int64_t height = args.result.size(-2);
  const std::int64_t width = args.result.size(-1);
  const std::int64_t out_height = args.grad.size(-2);
  const std::int64_t out_width = args.grad.size(-1);
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<double> sums(static_cast<std::size_t>(args.result.numel()));
    for (std::int64_t i = 0; i < args.grad.numel(); ++i) {
      const AverageWindow w = average_window(i / out_width % out_height, i % out_width, height, width, args.kernel_size,
                                             args.stride, args.padding, args.count_include_pad);
      const std::int64_t plane = i / out_width / out_height * height * width;
      const double share = widen(args.grad.template data<T>()[i]) / w.divisor;
      for (std::int64_t y = w.top; y < w.bottom; ++y) {
        for (std::int64_t x = w.left; x < w.right; ++x) sums[plane + y * width + x] += share;
      }
    }
    for (std::size_t i = 0; i < sums.size(); ++i) args.result.template data<T>()[i] = convert<T>(sums[i]);
  });
}

}  // namespace

SY_KERNELS(avg_pool2d_backward, make_kernel<AvgPool2dBackwardArgs, run>(kDeterministic));
