// Largest element of each window and its flat index within (height, width); the first among equals, NaN wins.
#include "switchyard/sdk/ops/max_pool2d_with_indices.h"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/max_pool2d_with_indices.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "hwy/highway.h"
// clang-format on

#include "loops/compute_copy.h"
#include "loops/conv_shape.h"
#include "loops/parallel.h"
#include "loops/pool_windows.h"
#include "loops/types.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// A vector of windows at a time, whatever their row: elements are gathered. Indices must fit 32 bits.
void pool_gathered(const PoolWindows& w, const PoolCorners& corners, const float* x, float* values,
                   std::int64_t* indices) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto set = [&](std::int64_t v) { return hn::Set(di, static_cast<std::int32_t>(v)); };
  const auto inside = [&](auto place, std::int64_t size) {
    return hn::And(hn::Gt(place, set(-1)), hn::Lt(place, set(size)));
  };
  HWY_ALIGN float largest[HWY_MAX_BYTES / sizeof(float)];
  HWY_ALIGN std::int32_t places[HWY_MAX_BYTES / sizeof(float)];
  for (std::int64_t from = 0; from < corners.count; from += lanes) {
    const auto top = hn::LoadU(di, corners.top.data() + from), left = hn::LoadU(di, corners.left.data() + from);
    auto best = hn::Set(d, -std::numeric_limits<float>::infinity());
    auto at = set(-1);
    for (std::int64_t ky = 0; ky < w.kernel[0]; ++ky) {
      const auto y = hn::Add(top, set(ky * w.dilation[0]));
      const auto row = hn::Mul(y, set(w.in[1]));
      for (std::int64_t kx = 0; kx < w.kernel[1]; ++kx) {
        const auto column = hn::Add(left, set(kx * w.dilation[1]));
        const auto exists = hn::And(inside(y, w.in[0]), inside(column, w.in[1]));
        const auto here = hn::IfThenElseZero(exists, hn::Add(row, column));
        const auto v = hn::GatherIndex(d, x, here);
        // The first NaN stays: nothing compares greater.
        const auto greater = hn::Or(hn::Gt(v, best), hn::And(hn::IsNaN(v), hn::Eq(best, best)));
        const auto first = hn::RebindMask(d, hn::Lt(at, set(0)));
        const auto better = hn::And(hn::RebindMask(d, exists), hn::Or(first, greater));
        best = hn::IfThenElse(better, v, best);
        at = hn::IfThenElse(hn::RebindMask(di, better), here, at);
      }
    }
    hn::Store(best, d, largest);
    hn::Store(hn::Max(at, set(0)), di, places);
    const std::int64_t used = std::min(lanes, corners.count - from);
    std::copy_n(largest, used, values + from);
    std::copy_n(places, used, indices + from);
  }
}

struct Range {
  std::int64_t begin, end;
};

// The elements of window o along dimension d that lie inside.
Range elements_inside(const PoolWindows& w, int d, std::int64_t o) {
  Range range{0, w.kernel[d]};
  while (range.begin < range.end && w.place(d, o, range.begin) < 0) ++range.begin;
  while (range.begin < range.end && w.place(d, o, range.end - 1) >= w.in[d]) --range.end;
  return range;
}

template <class T>
void pool_by_window(const PoolWindows& w, const T* x, T* values, std::int64_t* indices) {
  for (std::int64_t oy = 0; oy < w.out[0]; ++oy) {
    const Range rows = elements_inside(w, 0, oy);
    for (std::int64_t ox = 0; ox < w.out[1]; ++ox) {
      const Range columns = elements_inside(w, 1, ox);
      T best = -std::numeric_limits<T>::infinity();
      std::int64_t at = -1;
      for (std::int64_t ky = rows.begin; ky < rows.end; ++ky) {
        const std::int64_t row = w.place(0, oy, ky) * w.in[1] + w.place(1, ox, 0);
        for (std::int64_t kx = columns.begin; kx < columns.end; ++kx) {
          const std::int64_t here = row + kx * w.dilation[1];
          const T v = x[here];
          if (at >= 0 && !(v > best || (v != v && best == best))) continue;
          best = v;
          at = here;
        }
      }
      *values++ = best;
      *indices++ = std::max<std::int64_t>(at, 0);
    }
  }
}

void pool_plane(std::uint32_t dtype, const PoolWindows& w, const PoolCorners& corners, const void* x, void* values,
                std::int64_t* indices) {
  if (corners.count > 0) {
    pool_gathered(w, corners, static_cast<const float*>(x), static_cast<float*>(values), indices);
  } else if (dtype == SY_F64) {
    pool_by_window(w, static_cast<const double*>(x), static_cast<double*>(values), indices);
  } else {
    pool_by_window(w, static_cast<const float*>(x), static_cast<float*>(values), indices);
  }
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(pool_plane);

void run_max_pool2d_with_indices(const Call& call, const sdk::MaxPool2dWithIndicesArgs& args) {
  PoolWindows w;
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
  const std::uint32_t dtype = compute_dtype(call.t(0));
  const std::int64_t item = item_size(dtype);
  const std::int64_t in_size = w.in[0] * w.in[1];
  const std::int64_t out_size = w.out[0] * w.out[1];
  PoolCorners corners;  // none for an empty plane: what lies outside is gathered from its first element
  if (dtype == SY_F32 && in_size > 0 && w.reach() <= std::numeric_limits<std::int32_t>::max()) corners.set(w);
  parallel_for(args.self.size(0) * args.self.size(1), grain_for(out_size * w.kernel[0] * w.kernel[1]),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t p = begin; p < end; ++p) {
                   HWY_DYNAMIC_DISPATCH(pool_plane)
                   (dtype, w, corners, self.as<char>() + p * in_size * item, result.as<char>() + p * out_size * item,
                    indices.as<std::int64_t>() + p * out_size);
                 }
               });
  result.store();
  indices.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(max_pool2d_with_indices,
           sy::sdk::make_kernel<sy::sdk::MaxPool2dWithIndicesArgs, sy::cpu::run_max_pool2d_with_indices>(
               sy::sdk::kStrided | sy::sdk::kDeterministic));
#endif
