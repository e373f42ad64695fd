// The gradient of avg_pool2d for its input: each window spreads its own evenly.
#include "switchyard/sdk/ops/avg_pool2d_backward.h"

#include <algorithm>

#include "loops/average_window.h"
#include "loops/compute_copy.h"
#include "loops/parallel.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

template <class T>
void pool_planes(const AverageWindows& w, std::int64_t planes, const T* source, T* target) {
  const std::int64_t out_size = w.out[0] * w.out[1];
  const std::int64_t in_size = w.in[0] * w.in[1];
  const std::int64_t work = w.out[0] * w.out[1] * w.kernel[0] * w.kernel[1];
  parallel_for(planes, grain_for(work), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      const T* x = source + p * out_size;
      T* to = target + p * in_size;
      std::fill(to, to + w.in[0] * w.in[1], T{0});
      for (std::int64_t oy = 0; oy < w.out[0]; ++oy) {
        const AverageWindows::Span rows = w.span(0, oy);
        for (std::int64_t ox = 0; ox < w.out[1]; ++ox) {
          const AverageWindows::Span cols = w.span(1, ox);
          const T share = x[oy * w.out[1] + ox] / static_cast<T>(rows.count * cols.count);
          for (std::int64_t y = rows.begin; y < rows.end; ++y) {
            for (std::int64_t c = cols.begin; c < cols.end; ++c) to[y * w.in[1] + c] += share;
          }
        }
      }
    }
  });
}

void run_avg_pool2d_backward(const Call& call, const sdk::AvgPool2dBackwardArgs& args) {
  const AverageWindows windows(args.result, args.grad, args.kernel_size, args.stride, args.padding,
                               args.count_include_pad);
  const InputArray source(call, args.grad);
  OutputArray result(call, args.result);
  visit_compute(call.t(0), FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    pool_planes(windows, args.result.size(0) * args.result.size(1), source.as<T>(), result.as<T>());
  });
  result.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(avg_pool2d_backward, sy::sdk::make_kernel<sy::sdk::AvgPool2dBackwardArgs, sy::cpu::run_avg_pool2d_backward>(
                                    sy::sdk::kStrided | sy::sdk::kDeterministic));
