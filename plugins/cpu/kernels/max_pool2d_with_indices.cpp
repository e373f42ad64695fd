// Largest element of each window and its flat index within (height, width); the first among equals, NaN wins.
#include "switchyard/sdk/ops/max_pool2d_with_indices.h"

#include <algorithm>
#include <limits>

#include "loops/compute_copy.h"
#include "loops/conv_shape.h"
#include "loops/parallel.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

struct Windows {
  std::int64_t in[2], out[2], kernel[2], stride[2], padding[2], dilation[2];
};

template <class T>
void pool_plane(const Windows& w, const T* x, T* values, std::int64_t* indices) {
  for (std::int64_t oy = 0; oy < w.out[0]; ++oy) {
    for (std::int64_t ox = 0; ox < w.out[1]; ++ox) {
      T best = -std::numeric_limits<T>::infinity();
      std::int64_t at = -1;
      for (std::int64_t ky = 0; ky < w.kernel[0]; ++ky) {
        const std::int64_t y = oy * w.stride[0] - w.padding[0] + ky * w.dilation[0];
        if (y < 0 || y >= w.in[0]) continue;
        for (std::int64_t kx = 0; kx < w.kernel[1]; ++kx) {
          const std::int64_t column = ox * w.stride[1] - w.padding[1] + kx * w.dilation[1];
          if (column < 0 || column >= w.in[1]) continue;
          const T v = x[y * w.in[1] + column];
          // The first NaN stays: nothing compares greater.
          if (at < 0 || v > best || (v != v && best == best)) {
            best = v;
            at = y * w.in[1] + column;
          }
        }
      }
      *values++ = best;
      *indices++ = std::max<std::int64_t>(at, 0);
    }
  }
}

void run_max_pool2d_with_indices(const Call& call, const sdk::MaxPool2dWithIndicesArgs& args) {
  Windows w;
  for (int d = 0; d < 2; ++d) {
    w.in[d] = args.self.size(2 + d);
    w.out[d] = args.result.size(2 + d);
    w.kernel[d] = pair_at(args.kernel_size, d);
    w.stride[d] = pair_at(args.stride, d);
    w.padding[d] = pair_at(args.padding, d);
    w.dilation[d] = pair_at(args.dilation, d);
  }
  const InputArray self(call, args.self);
  OutputArray result(call, args.result);
  OutputArray indices(call, args.indices);
  const std::int64_t in_size = w.in[0] * w.in[1];
  const std::int64_t out_size = w.out[0] * w.out[1];
  visit_compute(call.t(0), FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_for(args.self.size(0) * args.self.size(1), grain_for(out_size * w.kernel[0] * w.kernel[1]),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t p = begin; p < end; ++p) {
                     pool_plane(w, self.as<T>() + p * in_size, result.as<T>() + p * out_size,
                                indices.as<std::int64_t>() + p * out_size);
                   }
                 });
  });
  result.store();
  indices.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(max_pool2d_with_indices,
           sy::sdk::make_kernel<sy::sdk::MaxPool2dWithIndicesArgs, sy::cpu::run_max_pool2d_with_indices>(
               sy::sdk::kStrided | sy::sdk::kDeterministic));
