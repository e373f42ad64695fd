// Index of the first largest element; a NaN counts as largest.
#include "switchyard/sdk/ops/argmax.h"

#include <limits>

#include "loops/axis.h"
#include "loops/compute_copy.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/argmax.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/reduce-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Best {
  using Acc = T;
  static Acc identity() {
    using Limits = std::numeric_limits<T>;
    if constexpr (Limits::has_infinity) return -Limits::infinity();
    return Limits::lowest();
  }
  static Acc fold(Acc a, T x) { return x > a || x != x ? x : a; }
  static Acc merge(Acc a, Acc b) { return fold(a, b); }
};

// One contiguous line: the best value first, then where it is.
template <class T>
std::int64_t best_in_row(const T* x, std::int64_t n) {
  T best = x[0];
  fold_run<Best<T>>(x, n, &best);
  std::int64_t i = 0;
  if (best != best) {
    while (x[i] == x[i]) ++i;
  } else {
    while (!(x[i] == best)) ++i;
  }
  return i;
}

// `width` neighbouring lines, `stride` between their elements.
template <class T>
void best_in_columns(const T* x, std::int64_t n, std::int64_t width, std::int64_t stride, std::int64_t* out) {
  T best[64];
  for (std::int64_t k = 0; k < width; ++k) {
    best[k] = x[k];
    out[k] = 0;
  }
  for (std::int64_t i = 1; i < n; ++i) {
    for (std::int64_t k = 0; k < width; ++k) {
      const T v = x[i * stride + k];
      const bool better = v > best[k] || (v != v && best[k] == best[k]);
      best[k] = better ? v : best[k];
      out[k] = better ? i : out[k];
    }
  }
}

template <class T>
void argmax_typed(const Axis& axis, const T* x, std::int64_t* out) {
  if (axis.inner == 1) {
    return parallel_for(axis.outer, grain_for(axis.size), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = begin; o < end; ++o) out[o] = best_in_row(x + o * axis.size, axis.size);
    });
  }
  constexpr std::int64_t kWidth = 64;
  const std::int64_t blocks = (axis.inner + kWidth - 1) / kWidth;
  parallel_for(axis.outer * blocks, grain_for(axis.size * kWidth), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      const std::int64_t o = block / blocks;
      const std::int64_t column = block % blocks * kWidth;
      best_in_columns(x + o * axis.size * axis.inner + column, axis.size, std::min(kWidth, axis.inner - column),
                      axis.inner, out + o * axis.inner + column);
    }
  });
}

void argmax_lines(std::uint32_t dtype, const Axis& axis, const void* x, std::int64_t* out) {
  visit_compute(dtype, NumericTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    argmax_typed(axis, static_cast<const T*>(x), out);
  });
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(argmax_lines);

void run_argmax(const Call& call, const sdk::ArgmaxArgs& args) {
  Axis axis(args.self, args.dim.value_or(0));
  if (!args.dim) {
    axis.size = args.self.numel();
    axis.outer = axis.inner = 1;
  }
  const InputArray self(call, args.self);
  OutputArray result(call, args.result);
  HWY_DYNAMIC_DISPATCH(argmax_lines)(args.self.dtype(), axis, self.data(), result.as<std::int64_t>());
  result.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(argmax,
           sy::sdk::make_kernel<sy::sdk::ArgmaxArgs, sy::cpu::run_argmax>(sy::sdk::kStrided | sy::sdk::kDeterministic));
#endif
