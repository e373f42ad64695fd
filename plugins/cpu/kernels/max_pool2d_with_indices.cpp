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

// Windows that are looked at together: their elements with the same place in the window, one after the other.
constexpr std::int64_t kTogether = 256;

// Index: as wide as T where that is enough, so that both fill vectors alike.
template <class T, class Index>
struct Best {
  T value[kTogether];
  Index at[kTogether];

  // Windows [begin, end) meet an element each: x[0], x[step], ..., of indices from `first` on.
  void meet(const T* x, std::int64_t begin, std::int64_t end, std::int64_t step, Index first) {
    SY_IVDEP
    for (std::int64_t i = begin; i < end; ++i) {
      const T v = x[(i - begin) * step];
      // The first NaN stays: nothing compares greater.
      const bool better = (at[i] < 0) | (v > value[i]) | ((v != v) & (value[i] == value[i]));
      value[i] = better ? v : value[i];
      at[i] = better ? static_cast<Index>(first + static_cast<Index>((i - begin) * step)) : at[i];
    }
  }
};

// Window by window: for rows of few windows, which would fill no vector.
constexpr std::int64_t kFewWindows = 16;

// The elements [begin, end) of window o along dimension d that lie inside.
PoolWindows::Range elements_inside(const PoolWindows& w, int d, std::int64_t o) {
  PoolWindows::Range range{0, w.kernel[d]};
  while (range.begin < range.end && w.place(d, o, range.begin) < 0) ++range.begin;
  while (range.begin < range.end && w.place(d, o, range.end - 1) >= w.in[d]) --range.end;
  return range;
}

template <class T>
void pool_small_plane(const PoolWindows& w, const T* x, T* values, std::int64_t* indices) {
  PoolWindows::Range columns[kFewWindows];
  for (std::int64_t ox = 0; ox < w.out[1]; ++ox) columns[ox] = elements_inside(w, 1, ox);
  for (std::int64_t oy = 0; oy < w.out[0]; ++oy) {
    const PoolWindows::Range rows = elements_inside(w, 0, oy);
    for (std::int64_t ox = 0; ox < w.out[1]; ++ox) {
      T best = -std::numeric_limits<T>::infinity();
      std::int64_t at = -1;
      for (std::int64_t ky = rows.begin; ky < rows.end; ++ky) {
        const std::int64_t row = w.place(0, oy, ky) * w.in[1] + w.place(1, ox, 0);
        for (std::int64_t kx = columns[ox].begin; kx < columns[ox].end; ++kx) {
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

template <class T, class Index>
void pool_plane_as(const PoolWindows& w, const T* x, T* values, std::int64_t* indices) {
  if (w.out[1] < kFewWindows) return pool_small_plane(w, x, values, indices);
  Best<T, Index> best;
  for (std::int64_t oy = 0; oy < w.out[0]; ++oy) {
    for (std::int64_t from = 0; from < w.out[1]; from += kTogether) {
      const std::int64_t count = std::min(kTogether, w.out[1] - from);
      std::fill_n(best.value, count, -std::numeric_limits<T>::infinity());
      std::fill_n(best.at, count, Index{-1});
      for (std::int64_t ky = 0; ky < w.kernel[0]; ++ky) {
        const std::int64_t y = w.place(0, oy, ky);
        if (y < 0 || y >= w.in[0]) continue;
        for (std::int64_t kx = 0; kx < w.kernel[1]; ++kx) {
          const PoolWindows::Range inside = w.inside(1, kx, from, from + count);
          if (inside.begin >= inside.end) continue;
          const std::int64_t at = y * w.in[1] + w.place(1, inside.begin, kx);
          best.meet(x + at, inside.begin - from, inside.end - from, w.stride[1], static_cast<Index>(at));
        }
      }
      for (std::int64_t i = 0; i < count; ++i) {
        *values++ = best.value[i];
        *indices++ = std::max<std::int64_t>(best.at[i], 0);
      }
    }
  }
}

void pool_plane(std::uint32_t dtype, const PoolWindows& w, const void* x, void* values, std::int64_t* indices) {
  const bool small = w.in[0] * w.in[1] <= std::numeric_limits<std::int32_t>::max();
  if (dtype == SY_F64) {
    pool_plane_as<double, std::int64_t>(w, static_cast<const double*>(x), static_cast<double*>(values), indices);
  } else if (small) {
    pool_plane_as<float, std::int32_t>(w, static_cast<const float*>(x), static_cast<float*>(values), indices);
  } else {
    pool_plane_as<float, std::int64_t>(w, static_cast<const float*>(x), static_cast<float*>(values), indices);
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
  parallel_for(args.self.size(0) * args.self.size(1), grain_for(out_size * w.kernel[0] * w.kernel[1]),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t p = begin; p < end; ++p) {
                   HWY_DYNAMIC_DISPATCH(pool_plane)
                   (dtype, w, self.as<char>() + p * in_size * item, result.as<char>() + p * out_size * item,
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
