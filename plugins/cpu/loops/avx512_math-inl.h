// Functions whose polynomials are looked up lane by lane in registers, for AVX-512. Those for bf16 have an error far
// below half a unit of it, so that nearly all results are the exact ones rounded.
#if defined(SY_CPU_LOOPS_AVX512_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SY_CPU_LOOPS_AVX512_MATH_INL_H_
#undef SY_CPU_LOOPS_AVX512_MATH_INL_H_
#else
#define SY_CPU_LOOPS_AVX512_MATH_INL_H_
#endif

#include "hwy/highway.h"
#include "loops/math_tables.h"

#undef SY_CPU_TABLE_MATH
#if HWY_TARGET == HWY_AVX3
#define SY_CPU_TABLE_MATH 1
#else
#define SY_CPU_TABLE_MATH 0
#endif

#if SY_CPU_TABLE_MATH
HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::Full512<float>;
using FloatVec = hn::Vec<Floats>;

// The polynomials of the intervals that `index` names in its lowest five bits, at x.
template <int kTerms>
HWY_INLINE FloatVec table_polynomial(const float (&table)[kTerms][32], FloatVec index, FloatVec x) {
  const auto term = [&](int k) {
    return FloatVec{_mm512_permutex2var_ps(_mm512_load_ps(table[k]), _mm512_castps_si512(index.raw),
                                           _mm512_load_ps(table[k] + 16))};
  };
  FloatVec p = term(kTerms - 1);
  for (int k = kTerms - 2; k >= 0; --k) p = hn::MulAdd(p, x, term(k));
  return p;
}

// Adding it leaves the nearest multiple of `unit`, a power of two, in the lowest bits.
HWY_INLINE FloatVec rounding_shift(float unit) { return hn::Set(Floats(), 12582912.0f * unit); }

// The fraction above the next lower integer.
HWY_INLINE FloatVec fraction(FloatVec x) { return FloatVec{_mm512_reduce_ps(x.raw, _MM_FROUND_TO_NEG_INF)}; }

// p 2^floor(x)
HWY_INLINE FloatVec times_power(FloatVec p, FloatVec x) { return FloatVec{_mm512_scalef_ps(p.raw, x.raw)}; }

// 2^x, and 0 where that is below the smallest normal number: a subnormal result takes the processor a hundred cycles.
// Relative error 8e-8 plus rounding.
HWY_INLINE FloatVec exp2_f32(FloatVec x) {
  const Floats d;
  const FloatVec f = fraction(x);
  FloatVec p = hn::Set(d, 0.0018671305f);
  p = hn::MulAdd(p, f, hn::Set(d, 0.009017029f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.055799913f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.24016444f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.6931513f));
  p = hn::MulAdd(p, f, hn::Set(d, 1.0f));
  const __mmask16 normal = _mm512_cmp_ps_mask(x.raw, _mm512_set1_ps(-126.0f), _CMP_GE_OQ);
  return FloatVec{_mm512_maskz_scalef_ps(normal, p.raw, x.raw)};
}

// Phi(-a) for a from 0 to 14.25, through its logarithm.
HWY_INLINE FloatVec table_normal_tail(FloatVec a) {
  const FloatVec from_middle{_mm512_reduce_ps(a.raw, 1 << 4)};  // minus the nearest multiple of 1/2
  return exp2_f32(table_polynomial(kNormalTail, hn::Add(a, rounding_shift(0.5f)), from_middle));
}

// min(|x|, limit); any number for NaN.
HWY_INLINE FloatVec least_magnitude(FloatVec x, float limit) {
  return FloatVec{_mm512_range_ps(x.raw, _mm512_set1_ps(limit), 2 | 2 << 2)};
}

// max(x, 0), in one instruction that gives NaN for -inf, too, as x Phi(x) does. Digits from the right answer the classes
// of x (quiet NaN, signalling, 0, 1, -inf, inf, < 0, > 0): 2 is x as a quiet NaN, 1 is x, 3 is NaN, 7 is -0.
HWY_INLINE FloatVec positive_part(FloatVec x) {
  return FloatVec{_mm512_fixupimm_ps(x.raw, x.raw, _mm512_set1_epi32(0x17131122), 0)};
}

// x Phi(x) = max(x, 0) - |x| Phi(-|x|)
HWY_INLINE FloatVec gelu_f32(FloatVec x) {
  const FloatVec a = least_magnitude(x, 14.25f);
  return hn::NegMulAdd(a, table_normal_tail(a), positive_part(x));
}

// exp(x) for bf16; relative error 6e-6.
HWY_INLINE FloatVec exp_bf16(FloatVec x) {
  const Floats d;
  const FloatVec y = hn::Mul(x, hn::Set(d, 1.44269504f));
  const FloatVec f = fraction(y);
  FloatVec p = hn::Set(d, 0.01353416f);
  p = hn::MulAdd(p, f, hn::Set(d, 0.052011475f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.24144275f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.69300383f));
  p = hn::MulAdd(p, f, hn::Set(d, 1.0000026f));
  return times_power(p, y);
}

// tanh(x); the division of vec_tanh costs more than the lookups.
HWY_INLINE FloatVec tanh_f32(FloatVec x) {
  const Floats d;
  const FloatVec a = hn::Min(hn::Set(d, 9.5f), hn::Abs(x));  // a NaN where x is one: the second operand
  const FloatVec from_middle{_mm512_reduce_ps(a.raw, 1 << 4)};
  return hn::CopySign(table_polynomial(kTanhF32, hn::Add(a, rounding_shift(0.5f)), from_middle), x);
}

// tanh(x) for bf16, which is 1 from 3.5 on.
HWY_INLINE FloatVec tanh_bf16(FloatVec x) {
  const Floats d;
  // Min and max give their second operand for NaN.
  const FloatVec t = hn::Max(hn::Set(d, -3.5f), hn::Min(hn::Set(d, 3.5f), x));
  const FloatVec u = hn::Mul(t, t);
  const FloatVec index = hn::MulAdd(u, hn::Set(d, 31.5f / 12.25f), rounding_shift(1));
  return hn::Mul(t, table_polynomial(kTanh, index, u));
}

// gelu_f32 for bf16, through the root of Phi, of which a square serves more of the tail. Below x = -5.5 it gives 0, where
// the result is above -1.1e-7.
HWY_INLINE FloatVec gelu_bf16(FloatVec x) {
  const Floats d;
  const FloatVec a = least_magnitude(x, 5.5625f);
  // Narrower intervals where Phi falls faster.
  const FloatVec warped = hn::MulAdd(a, hn::Set(d, 0.508264482f), hn::Set(d, 2.75f));
  const FloatVec root = table_polynomial(kNormalRoot, hn::MulAdd(a, warped, rounding_shift(1)), a);
  return hn::NegMulAdd(hn::Mul(a, root), root, positive_part(x));
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // SY_CPU_TABLE_MATH

#endif
