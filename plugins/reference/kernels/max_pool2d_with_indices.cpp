#include "switchyard/sdk/ops/max_pool2d_with_indices.h"

#include "../axis.h"
#include "../compute.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const MaxPool2dWithIndicesArgs& args) {
  const std::int64_t height = args.self.size(-2);
  const std::int64_t width = args.self.size(-1);
  const std::int64_t out_height = args.result.size(-2);
  const std::int64_t out_width = args.result.size(-1);
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < args.result.numel(); ++i) {
      const std::int64_t x = i % out_width;
      const std::int64_t y = i / out_width % out_height;
      const T* plane = args.self.template data<T>() + i / out_width / out_height * height * width;
      double best = -INFINITY;
      std::int64_t best_at = -1;
      for (std::int64_t ky = 0; ky < pair_at(args.kernel_size, 0); ++ky) {
        for (std::int64_t kx = 0; kx < pair_at(args.kernel_size, 1); ++kx) {
          const std::int64_t iy =
              y * pair_at(args.stride, 0) - pair_at(args.padding, 0) + ky * pair_at(args.dilation, 0);
          const std::int64_t ix =
              x * pair_at(args.stride, 1) - pair_at(args.padding, 1) + kx * pair_at(args.dilation, 1);
          if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
          const double v = widen(plane[iy * width + ix]);
          if (best_at >= 0 && !(v > best) && !(is_nan(v) && !is_nan(best))) continue;
          best = v;
          best_at = iy * width + ix;
        }
      }
      args.result.template data<T>()[i] = convert<T>(best);
      args.indices.template data<std::int64_t>()[i] = best_at < 0 ? 0 : best_at;  // a window of padding alone: -inf
    }
  });
}

}  // namespace

SY_KERNELS(max_pool2d_with_indices, make_kernel<MaxPool2dWithIndicesArgs, run>(kDeterministic));
