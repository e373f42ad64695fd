#include "switchyard/sdk/ops/max_pool2d_with_indices.h"

#include "../window.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

// The first among equals; NaN wins; a window of padding alone gives -inf at 0.
constexpr const char* kBody = R"(
__kernel void run(OUT0, OUT1, IN2, WINDOW, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const idx x = i % out_width, y = i / out_width % out_height, plane = i / out_width / out_height * height * width;
  C2 best = -INFINITY;
  long best_at = -1;
  for (idx ky = 0; ky < kernel_height; ++ky) {
    const idx iy = y * stride_y - padding_y + ky * dilation_y;
    if (iy < 0 || iy >= height) continue;
    for (idx kx = 0; kx < kernel_width; ++kx) {
      const idx ix = x * stride_x - padding_x + kx * dilation_x;
      if (ix < 0 || ix >= width) continue;
      const C2 v = GET2(plane + iy * width + ix);
      if (best_at >= 0 && !(v > best) && !(v != v && best == best)) continue;
      best = v;
      best_at = iy * width + ix;
    }
  }
  PUT0(i, best);
  PUT1(i, best_at < 0 ? 0 : best_at);
}
)";

void run(const Call& call, const MaxPool2dWithIndicesArgs& args) {
  const std::int64_t n = args.result.numel();
  const Window window{args.self.size(-2),           args.self.size(-1),        pair_at(args.kernel_size, 0),
                      pair_at(args.kernel_size, 1), args.result.size(-2),      args.result.size(-1),
                      pair_at(args.stride, 0),      pair_at(args.stride, 1),   pair_at(args.padding, 0),
                      pair_at(args.padding, 1),     pair_at(args.dilation, 0), pair_at(args.dilation, 1)};
  Launch launch(call, "max_pool2d_with_indices");
  launch.tensor(args.result).tensor(args.indices).tensor(args.self);
  window.add_to(launch);
  launch.index(n).run(n, [] { return std::string(kWindowSource) + kBody; });
}

}  // namespace

SY_KERNELS(max_pool2d_with_indices, make_kernel<MaxPool2dWithIndicesArgs, run>(kDeterministic));
