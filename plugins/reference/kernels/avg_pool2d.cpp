#include "switchyard/sdk/ops/avg_pool2d.h"

#include "../average_window.h"
#include "../compute.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const AvgPool2dArgs& args) {
  const std::int64_t height = args.self.size(-2);
  const std::int64_t width = args.self.size(-1);
  const std::int64_t out_height = args.result.size(-2);
  const std::int64_t out_width = args.result.size(-1);
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < args.result.numel(); ++i) {
      const AverageWindow w = average_window(i / out_width % out_height, i % out_width, height, width, args.kernel_size,
                                             args.stride, args.padding, args.count_include_pad);
      const T* plane = args.self.template data<T>() + i / out_width / out_height * height * width;
      double sum = 0;
      for (std::int64_t y = w.top; y < w.bottom; ++y) {
        for (std::int64_t x = w.left; x < w.right; ++x) sum += widen(plane[y * width + x]);
      }
      args.result.template data<T>()[i] = convert<T>(sum / w.divisor);
    }
  });
}

}  // namespace

SY_KERNELS(avg_pool2d, make_kernel<AvgPool2dArgs, run>(kDeterministic));
