// Sums of f32 and bf16, compiled once per target: eight elements are added in f32 as a tree, those sums in f64: the
// fewer instructions per element, the more memory the processor has on its way. Eight may overflow where all together
// do not: then the sum is not finite.
#if defined(SY_CPU_LOOPS_SUM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SY_CPU_LOOPS_SUM_INL_H_
#undef SY_CPU_LOOPS_SUM_INL_H_
#else
#define SY_CPU_LOOPS_SUM_INL_H_
#endif

#include "loops/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {

/// Bits of a bf16.
using Bf16 = std::uint16_t;

using SumTag = hn::ScalableTag<double>;
using Sums = hn::VFromD<SumTag>;

HWY_INLINE float narrow(float x) { return x; }
HWY_INLINE float narrow(Bf16 x) { return bf16_to_f32(x); }

template <class P>
HWY_INLINE hn::VFromD<P> load_part(P d, const float* x) {
  return hn::LoadU(d, x);
}
template <class P>
HWY_INLINE hn::VFromD<P> load_part(P d, const Bf16* x) {
  const hn::Rebind<hwy::bfloat16_t, P> from;
  return hn::PromoteTo(d, hn::LoadU(from, reinterpret_cast<const hwy::bfloat16_t*>(x)));
}

// As many elements of f32 as `Sums` has: half a vector, where vectors have more than one element.
using PartTag = hn::Rebind<float, SumTag>;
// A whole vector of f32, and what its two halves add up to.
using WholeTag = hn::ScalableTag<float>;
HWY_INLINE Sums sum_of_halves(hn::VFromD<WholeTag> v) {
#if HWY_TARGET == HWY_SCALAR
  return hn::PromoteTo(SumTag(), v);
#else
  return hn::Add(hn::PromoteTo(SumTag(), hn::LowerHalf(PartTag(), v)),
                 hn::PromoteTo(SumTag(), hn::UpperHalf(PartTag(), v)));
#endif
}

// Two vectors that follow each other, added; for bf16 in another order.
HWY_INLINE hn::VFromD<WholeTag> sum_of_two(const float* x, std::int64_t lanes) {
  const WholeTag d;
  return hn::Add(hn::LoadU(d, x), hn::LoadU(d, x + lanes));
}
HWY_INLINE hn::VFromD<WholeTag> sum_of_two(const Bf16* x, std::int64_t lanes) {
  const WholeTag d;
#if SY_CPU_BF16_VECTORS
  static_cast<void>(lanes);
  const hn::RebindToUnsigned<WholeTag> bits;
  const auto pairs = hn::BitCast(bits, hn::LoadU(hn::Repartition<Bf16, WholeTag>(), x));
  const auto odd = hn::And(pairs, hn::Set(bits, 0xffff0000u));
  return hn::Add(hn::BitCast(d, hn::ShiftLeft<16>(pairs)), hn::BitCast(d, odd));
#else
  return hn::Add(load_part(d, x), load_part(d, x + lanes));
#endif
}
// Eight vectors that follow each other.
template <class T>
HWY_INLINE hn::VFromD<WholeTag> sum_of_eight(const T* x, std::int64_t lanes) {
  const auto a = hn::Add(sum_of_two(x, lanes), sum_of_two(x + 2 * lanes, lanes));
  const auto b = hn::Add(sum_of_two(x + 4 * lanes, lanes), sum_of_two(x + 6 * lanes, lanes));
  return hn::Add(a, b);
}

template <class T>
void sum_inner(const void* from, std::int64_t n, void* acc, const void*) {
  const SumTag d;
  const std::int64_t whole = static_cast<std::int64_t>(hn::Lanes(WholeTag()));
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const T* x = static_cast<const T*>(from);
  Sums a = hn::Zero(d);
  Sums b = hn::Zero(d);
  std::int64_t i = 0;
  for (; i + 8 * whole <= n; i += 8 * whole) a = hn::Add(a, sum_of_halves(sum_of_eight(x + i, whole)));
  for (; i + 2 * whole <= n; i += 2 * whole) b = hn::Add(b, sum_of_halves(sum_of_two(x + i, whole)));
  for (; i + lanes <= n; i += lanes) a = hn::Add(a, hn::PromoteTo(d, load_part(PartTag(), x + i)));
  double rest = 0;
  for (; i < n; ++i) rest += static_cast<double>(narrow(x[i]));
  *static_cast<double*>(acc) += hn::GetLane(hn::SumOfLanes(d, hn::Add(a, b))) + rest;
}

// Element i of four or eight rows, and its neighbours.
template <int kRows, class P, class T>
HWY_INLINE hn::VFromD<P> sum_of_rows(P d, const T* const* x, std::int64_t i) {
  const auto a = hn::Add(load_part(d, x[0] + i), load_part(d, x[1] + i));
  const auto b = hn::Add(load_part(d, x[2] + i), load_part(d, x[3] + i));
  if constexpr (kRows == 4) {
    return hn::Add(a, b);
  } else {
    return hn::Add(hn::Add(a, b), sum_of_rows<kRows - 4>(d, x + 4, i));
  }
}
// Rows that are added as a tree.
template <int kRows>
inline constexpr int kTree = kRows < 8 ? kRows : 8;

// Adds element i of kRows rows, and its neighbours, as many as P has.
template <int kRows, class P, class T>
HWY_INLINE void add_part(P part, const T* const* x, std::int64_t i, double* sums) {
  const hn::Rebind<double, P> d;
  auto sum = hn::LoadU(d, sums + i);
  for (int r = 0; r < kRows; r += kTree<kRows>) {
    sum = hn::Add(sum, hn::PromoteTo(d, sum_of_rows<kTree<kRows>>(part, x + r, i)));
  }
  hn::StoreU(sum, d, sums + i);
}

// Adds kRows rows.
template <int kRows, class T>
HWY_INLINE void add_rows(const T* const* x, std::int64_t n, double* sums) {
  const PartTag part;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(part));
  std::int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const SumTag d;
  const WholeTag whole;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    Sums low = hn::LoadU(d, sums + i);
    Sums high = hn::LoadU(d, sums + i + lanes);
    for (int r = 0; r < kRows; r += kTree<kRows>) {
      const auto v = sum_of_rows<kTree<kRows>>(whole, x + r, i);
      low = hn::Add(low, hn::PromoteTo(d, hn::LowerHalf(part, v)));
      high = hn::Add(high, hn::PromoteTo(d, hn::UpperHalf(part, v)));
    }
    hn::StoreU(low, d, sums + i);
    hn::StoreU(high, d, sums + i + lanes);
  }
#endif
  for (; i + lanes <= n; i += lanes) add_part<kRows>(part, x, i, sums);
#if HWY_TARGET != HWY_SCALAR
  if (i + lanes / 2 <= n && lanes > 1) {
    add_part<kRows>(hn::Half<PartTag>(), x, i, sums);
    i += lanes / 2;
  }
#endif
  for (; i < n; ++i) add_part<kRows>(hn::CappedTag<float, 1>(), x, i, sums);
}

template <class T>
void sum_outer(const void* const* from, int rows, std::int64_t n, void* acc, const void*) {
  double* sums = static_cast<double*>(acc);
  const T* x[kFoldRows];
  for (int r = 0; r < rows; ++r) x[r] = static_cast<const T*>(from[r]);
  int r = 0;
  for (; r + 16 <= rows; r += 16) add_rows<16>(x + r, n, sums);
  for (; r + 8 <= rows; r += 8) add_rows<8>(x + r, n, sums);
  for (; r + 4 <= rows; r += 4) add_rows<4>(x + r, n, sums);
  for (; r < rows; ++r) {
    for (std::int64_t i = 0; i < n; ++i) sums[i] += static_cast<double>(narrow(x[r][i]));
  }
}

template <class T>
constexpr Fold sum_fold() {
  return {&sum_inner<T>, &sum_outer<T>, &merge_row<SumOp<float>>, &identity_row<SumOp<float>>, sizeof(double), 0, true};
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
