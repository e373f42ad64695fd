// Sums of f32 and bf16, compiled once per target: four elements are added in f32 as a tree, those sums in f64. Four may
// overflow where all together do not: then the sum is not finite.
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
using PartTag = hn::Rebind<float, SumTag>;

HWY_INLINE hn::VFromD<PartTag> load_part(const float* x) { return hn::LoadU(PartTag(), x); }
HWY_INLINE hn::VFromD<PartTag> load_part(const Bf16* x) {
  const hn::Rebind<hwy::bfloat16_t, PartTag> d;
  return hn::PromoteTo(PartTag(), hn::LoadU(d, reinterpret_cast<const hwy::bfloat16_t*>(x)));
}
HWY_INLINE float narrow(float x) { return x; }
HWY_INLINE float narrow(Bf16 x) {
  const std::uint32_t bits = static_cast<std::uint32_t>(x) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

// Four vectors that follow each other.
template <class T>
HWY_INLINE hn::VFromD<SumTag> sum_of_four(const T* x, std::int64_t lanes) {
  const auto a = hn::Add(load_part(x), load_part(x + lanes));
  const auto b = hn::Add(load_part(x + 2 * lanes), load_part(x + 3 * lanes));
  return hn::PromoteTo(SumTag(), hn::Add(a, b));
}

template <class T>
void sum_inner(const void* from, std::int64_t n, void* acc, const void*) {
  const SumTag d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const T* x = static_cast<const T*>(from);
  auto a = hn::Zero(d);
  auto b = hn::Zero(d);
  std::int64_t i = 0;
  for (; i + 8 * lanes <= n; i += 8 * lanes) {
    a = hn::Add(a, sum_of_four(x + i, lanes));
    b = hn::Add(b, sum_of_four(x + i + 4 * lanes, lanes));
  }
  if (i + 4 * lanes <= n) {
    a = hn::Add(a, sum_of_four(x + i, lanes));
    i += 4 * lanes;
  }
  for (; i + lanes <= n; i += lanes) b = hn::Add(b, hn::PromoteTo(d, load_part(x + i)));
  double rest = 0;
  for (; i < n; ++i) rest += static_cast<double>(narrow(x[i]));
  *static_cast<double*>(acc) += hn::GetLane(hn::SumOfLanes(d, hn::Add(a, b))) + rest;
}

// Element i of four rows; and its neighbours.
template <class T>
HWY_INLINE float sum_of_items(const T* const* x, std::int64_t i) {
  return (narrow(x[0][i]) + narrow(x[1][i])) + (narrow(x[2][i]) + narrow(x[3][i]));
}
template <class T>
HWY_INLINE hn::VFromD<PartTag> sum_of_rows(const T* const* x, std::int64_t i) {
  return hn::Add(hn::Add(load_part(x[0] + i), load_part(x[1] + i)), hn::Add(load_part(x[2] + i), load_part(x[3] + i)));
}

// Four or eight rows.
template <int kRows, class T>
HWY_INLINE void add_rows(const T* const* x, std::int64_t n, double* sums) {
  const SumTag d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    auto wide = hn::PromoteTo(d, sum_of_rows(x, i));
    if constexpr (kRows == 8) wide = hn::Add(wide, hn::PromoteTo(d, sum_of_rows(x + 4, i)));
    hn::StoreU(hn::Add(hn::LoadU(d, sums + i), wide), d, sums + i);
  }
  for (; i < n; ++i) {
    double wide = static_cast<double>(sum_of_items(x, i));
    if constexpr (kRows == 8) wide += static_cast<double>(sum_of_items(x + 4, i));
    sums[i] += wide;
  }
}

template <class T>
void sum_outer(const void* const* from, int rows, std::int64_t n, void* acc, const void*) {
  double* sums = static_cast<double*>(acc);
  const T* x[kFoldRows];
  for (int r = 0; r < rows; ++r) x[r] = static_cast<const T*>(from[r]);
  int r = 0;
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
