// Folds to the largest or smallest element of f32 and f64, compiled once per target; NaN wins. An operation Op over T
// has, besides what a fold has (see reduce-inl.h), `static V better(D, V acc, V x)` and, without NaN, `V of_lanes(D, V)`.
#if defined(SY_CPU_LOOPS_EXTREME_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SY_CPU_LOOPS_EXTREME_INL_H_
#undef SY_CPU_LOOPS_EXTREME_INL_H_
#else
#define SY_CPU_LOOPS_EXTREME_INL_H_
#endif

#include <limits>

#include "loops/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {

// Elements may be folded more than once: vectors at the ends overlap their neighbours.
template <class Op, class T>
void extreme_inner(const void* from, std::int64_t n, void* acc, const void*) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const T* x = static_cast<const T*>(from);
  T best = *static_cast<T*>(acc);
  if (n < lanes) {
    for (std::int64_t i = 0; i < n; ++i) best = Op::fold(best, x[i]);
  } else {
    const bool long_enough = n >= 4 * lanes;
    const std::int64_t step = long_enough ? lanes : 0;
    auto v0 = hn::LoadU(d, x);
    auto v1 = hn::LoadU(d, x + step);
    auto v2 = hn::LoadU(d, x + 2 * step);
    auto v3 = hn::LoadU(d, x + 3 * step);
    // From here on vectors lie on their boundaries: those across cache lines are slow.
    std::int64_t i = lanes + 3 * step;
    if (n >= 16 * lanes) i -= static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(x) / sizeof(T)) % lanes;
    for (; i + 4 * lanes <= n; i += 4 * lanes) {
      v0 = Op::better(d, v0, hn::LoadU(d, x + i));
      v1 = Op::better(d, v1, hn::LoadU(d, x + i + lanes));
      v2 = Op::better(d, v2, hn::LoadU(d, x + i + 2 * lanes));
      v3 = Op::better(d, v3, hn::LoadU(d, x + i + 3 * lanes));
    }
    for (; i + lanes <= n; i += lanes) v0 = Op::better(d, v0, hn::LoadU(d, x + i));
    v0 = Op::better(d, v0, hn::LoadU(d, x + n - lanes));
    const auto all = Op::better(d, Op::better(d, v0, v1), Op::better(d, v2, v3));
    const bool numbers = hn::AllTrue(d, hn::Eq(all, all));
    best = Op::fold(best, numbers ? hn::GetLane(Op::of_lanes(d, all)) : std::numeric_limits<T>::quiet_NaN());
  }
  *static_cast<T*>(acc) = best;
}

template <class Op, class T>
constexpr Fold extreme_fold() {
  Fold fold = make_fold<Op, T>();
  fold.inner = &extreme_inner<Op, T>;
  return fold;
}

/// fold_table<Op>(AllTypes{}) with vectors where T is floating.
template <template <class> class Op>
constexpr FoldTable extreme_table() {
  FoldTable table = fold_table<Op>(AllTypes{});
  table.fold[SY_F64] = extreme_fold<Op<double>, double>();
  table.fold[SY_F16] = table.fold[SY_BF16] = table.fold[SY_F32] = extreme_fold<Op<float>, float>();
  return table;
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
