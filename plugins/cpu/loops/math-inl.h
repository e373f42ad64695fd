// Vector maths on Highway's, with the special values that it leaves open. Errors within 4 ulp of the exact result
// unless said otherwise; f32 erf, erfc and tanh have a relative error below 4e-7, the tail of the normal distribution
// one below 4e-7 + 6e-8 x^2, since the exponent is rounded.
#if defined(SY_CPU_LOOPS_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SY_CPU_LOOPS_MATH_INL_H_
#undef SY_CPU_LOOPS_MATH_INL_H_
#else
#define SY_CPU_LOOPS_MATH_INL_H_
#endif

#include <cmath>
#include <limits>

#include "hwy/contrib/math/math-inl.h"
#include "loops/avx512_math-inl.h"
#include "loops/erf_f64-inl.h"
#include "loops/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {

// Applies a scalar function to each lane: for the rare arguments that the vector form does not cover.
template <class D, class V, class Fn>
HWY_NOINLINE V per_lane(D d, V x, Fn fn) {
  using T = hn::TFromD<D>;
  HWY_ALIGN T lanes[kMaxVectorBytes / sizeof(T)];
  hn::Store(x, d, lanes);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) lanes[i] = fn(lanes[i]);
  return hn::Load(d, lanes);
}

template <class D, class V>
HWY_INLINE V keep_nan(D, V x, V y) {
  return hn::IfThenElse(hn::Eq(x, x), y, x);
}

// x 2^n in f32 for whole n in [-150, 129], with AVX-512 for any; subnormal and infinite results, too.
template <class D, class V>
HWY_INLINE V scaled(D d, V x, V n) {
#if HWY_TARGET == HWY_AVX3
  if constexpr (sizeof(V) == 64) return V{_mm512_scalef_ps(x.raw, n.raw)};
#endif
  const hn::RebindToSigned<D> di;
  const auto whole = hn::ConvertTo(di, n);
  const auto half = hn::ShiftRight<1>(whole);
  const auto power = [&](auto k) { return hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(k, hn::Set(di, 127)))); };
  return hn::Mul(hn::Mul(x, power(half)), power(hn::Sub(whole, half)));
}

// exp(r) in f32 for |r| <= ln 2 / 2 as 1 + r + r^2 P(r), P through (exp(r) - 1 - r) / r^2 at five Chebyshev nodes; relative
// error 1e-8 plus rounding.
template <class D, class V>
HWY_INLINE V exp_reduced(D d, V r) {
  V p = hn::Set(d, 0.00139261759f);
  p = hn::MulAdd(p, r, hn::Set(d, 0.00836317334f));
  p = hn::MulAdd(p, r, hn::Set(d, 0.0416665561f));
  p = hn::MulAdd(p, r, hn::Set(d, 0.166665778f));
  p = hn::MulAdd(p, r, hn::Set(d, 0.5f));
  return hn::MulAdd(p, hn::Mul(r, r), hn::Add(r, hn::Set(d, 1.0f)));
}

// x - n ln 2, to more digits than f32 has.
template <class D, class V>
HWY_INLINE V minus_ln2(D d, V x, V n) {
  return hn::MulAdd(n, hn::Set(d, -1.428606765330187e-6f), hn::MulAdd(n, hn::Set(d, -0.693145751953125f), x));
}

template <class D, class V>
HWY_INLINE V exp_f32(D d, V x) {
  // Above 89 the result is infinite, below -104 zero. To round a product to zero takes a processor a hundred cycles: what
  // is masked, in a softmax, would cost the most.
  const V bounded = hn::Min(x, hn::Set(d, 89.0f));
  const V shift = hn::Set(d, 12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const auto power = [&](V at) {
    const V n = hn::Sub(hn::MulAdd(at, hn::Set(d, 1.44269504f), shift), shift);
    return scaled(d, exp_reduced(d, minus_ln2(d, at, n)), n);
  };
#if HWY_TARGET == HWY_AVX3
  if constexpr (sizeof(V) == 64) return keep_nan(d, x, power(hn::Max(bounded, hn::Set(d, -1000.0f))));
#endif
  const auto some = hn::Ge(x, hn::Set(d, -104.0f));
  return keep_nan(d, x, hn::IfThenElseZero(some, power(hn::IfThenElseZero(some, bounded))));
}

template <class D, class V>
HWY_INLINE V vec_exp(D d, V x) {
  using T = hn::TFromD<D>;
  if constexpr (sizeof(T) == 4) {
    return exp_f32(d, x);
  } else {
    const V inf = hn::Set(d, std::numeric_limits<T>::infinity());
    const V y = hn::Exp(d, hn::Min(x, hn::Set(d, 709.8)));
    return keep_nan(d, x, hn::IfThenElse(hn::Gt(x, hn::Set(d, 709.782712893384)), inf, y));
  }
}

template <class D, class V>
HWY_INLINE V vec_expm1(D d, V x) {
  using T = hn::TFromD<D>;
  constexpr bool kFloat = sizeof(T) == 4;
  const V top = hn::Set(d, kFloat ? T(88.8) : T(709.8));
  const V inf = hn::Set(d, std::numeric_limits<T>::infinity());
  const V y = hn::Expm1(d, hn::Max(hn::Min(x, top), hn::Set(d, T(-100))));
  const V bounded = hn::IfThenElse(hn::Gt(x, hn::Set(d, kFloat ? T(88.722839) : T(709.782712893384))), inf, y);
  // Keeps -0, and NaN.
  return keep_nan(d, x, hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, bounded));
}

template <class D, class V>
HWY_INLINE V vec_log(D d, V x) {
  using T = hn::TFromD<D>;
  const V inf = hn::Set(d, std::numeric_limits<T>::infinity());
  const V nan = hn::Set(d, std::numeric_limits<T>::quiet_NaN());
  V y = hn::Log(d, x);
  y = hn::IfThenElse(hn::Eq(x, inf), inf, y);
  y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Neg(inf), y);
  return hn::IfThenElse(hn::Ge(x, hn::Zero(d)), y, nan);
}

template <class D, class V>
HWY_INLINE V vec_log1p(D d, V x) {
  using T = hn::TFromD<D>;
  const V one = hn::Set(d, T(1));
  const V inf = hn::Set(d, std::numeric_limits<T>::infinity());
  const V y = hn::Add(x, one);
  // log(1 + x) = log(y) * x / (y - 1): the rounding of y cancels.
  const V rounded = hn::Sub(y, one);
  const auto tiny = hn::Eq(rounded, hn::Zero(d));
  const V scaled = hn::Mul(hn::Log(d, y), hn::Div(x, hn::IfThenElse(tiny, one, rounded)));
  V z = hn::IfThenElse(tiny, x, scaled);
  z = hn::IfThenElse(hn::Eq(x, inf), inf, z);
  z = hn::IfThenElse(hn::Eq(y, hn::Zero(d)), hn::Neg(inf), z);
  return hn::IfThenElse(hn::Ge(y, hn::Zero(d)), z, hn::Set(d, std::numeric_limits<T>::quiet_NaN()));
}

// Highway reduces arguments of sine and cosine precisely up to here.
inline constexpr double kMaxAngle = 39000;

template <class D, class V>
HWY_INLINE V vec_sin(D d, V x) {
  using T = hn::TFromD<D>;
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::Le(hn::Abs(x), hn::Set(d, T(kMaxAngle)))))) {
    return per_lane(d, x, [](T v) { return std::sin(v); });
  }
  return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, hn::Sin(d, x));  // keeps -0
}

template <class D, class V>
HWY_INLINE V vec_cos(D d, V x) {
  using T = hn::TFromD<D>;
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::Le(hn::Abs(x), hn::Set(d, T(kMaxAngle)))))) {
    return per_lane(d, x, [](T v) { return std::cos(v); });
  }
  return hn::Cos(d, x);
}

// tanh(x) in f32 as x P(x^2) / Q(x^2) on [-9, 9], where it reaches 1; a fit with a relative error of 1.3e-9 plus
// rounding: 3e-7 in all, at half the cost of an exponential.
template <class D, class V>
HWY_INLINE V tanh_rational(D d, V x) {
  const V limit = hn::Set(d, 9.0f);
  const V one = hn::Set(d, 1.0f);
  const V bounded = hn::Max(hn::Min(x, limit), hn::Neg(limit));
  const V u = hn::Mul(bounded, bounded);
  V p = hn::Set(d, -1.22514614e-11f);
  p = hn::MulAdd(p, u, hn::Set(d, 3.06499124e-08f));
  p = hn::MulAdd(p, u, hn::Set(d, 2.8034493e-05f));
  p = hn::MulAdd(p, u, hn::Set(d, 0.00386966873f));
  p = hn::MulAdd(p, u, hn::Set(d, 0.136809855f));
  p = hn::MulAdd(p, u, one);
  V q = hn::Set(d, 1.28925394e-06f);
  q = hn::MulAdd(q, u, hn::Set(d, 0.000394099466f));
  q = hn::MulAdd(q, u, hn::Set(d, 0.0272507473f));
  q = hn::MulAdd(q, u, hn::Set(d, 0.470143176f));
  q = hn::MulAdd(q, u, one);
  return hn::Max(hn::Min(hn::Div(hn::Mul(bounded, p), q), one), hn::Neg(one));
}

template <class D, class V>
HWY_INLINE V vec_tanh(D d, V x) {
  using T = hn::TFromD<D>;
#if SY_CPU_TABLE_MATH
  if constexpr (sizeof(T) == 4 && sizeof(V) == 64) return tanh_f32(x);
#endif
  if constexpr (sizeof(T) == 4) {
    return keep_nan(d, x, tanh_rational(d, x));
  } else {
    const V limit = hn::Set(d, T(20));
    return keep_nan(d, x, hn::Tanh(d, hn::Max(hn::Min(x, limit), hn::Neg(limit))));
  }
}

template <class D, class V>
HWY_INLINE V vec_sigmoid(D d, V x) {
  using T = hn::TFromD<D>;
  const V one = hn::Set(d, T(1));
  const V e = vec_exp(d, hn::Neg(hn::Abs(x)));
  const V numerator = hn::IfThenElse(hn::Ge(x, hn::Zero(d)), one, e);
  return keep_nan(d, x, hn::Div(numerator, hn::Add(one, e)));
}

// exp(x) in f32 for x <= 0, with results below 2^-126 given as 0; somewhat cheaper than vec_exp.
template <class D, class V>
HWY_INLINE V exp_negative(D d, V x) {
  // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits.
  const V shift = hn::Set(d, 12582912.0f + 127.0f);
  const V y = hn::MulAdd(x, hn::Set(d, 1.44269504f), shift);
  const V p = exp_reduced(d, minus_ln2(d, x, hn::Sub(y, shift)));
  const hn::RebindToUnsigned<D> bits;
  const V power = hn::BitCast(d, hn::ShiftLeft<23>(hn::BitCast(bits, y)));
  return hn::IfThenElseZero(hn::Ge(x, hn::Set(d, -87.3f)), hn::Mul(p, power));
}

// erfc(x) for x >= 0 in f32 as t exp(-x^2) P(t), t = 1 / (1 + x / 2); a least-squares fit, relative error 2e-9 plus
// rounding.
template <class D, class V>
HWY_INLINE V erfc_positive(D d, V x) {
  const V t = hn::Div(hn::Set(d, 1.0f), hn::MulAdd(x, hn::Set(d, 0.5f), hn::Set(d, 1.0f)));
  V p = hn::Set(d, -0.0787609434f);
  p = hn::MulAdd(p, t, hn::Set(d, 0.254765544f));
  p = hn::MulAdd(p, t, hn::Set(d, -0.252967936f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.0294854702f));
  p = hn::MulAdd(p, t, hn::Set(d, -0.0271580201f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.0874506765f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.175948527f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.246852507f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.282094274f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.282094797f));
  return hn::Mul(hn::Mul(p, t), exp_negative(d, hn::Neg(hn::Mul(x, x))));
}

// erf(x) for |x| <= 1 in f32 as x P(x^2); relative error 1e-9 plus rounding.
template <class D, class V>
HWY_INLINE V erf_small(D d, V x) {
  const V u = hn::Mul(x, x);
  V p = hn::Set(d, 7.88249711e-05f);
  p = hn::MulAdd(p, u, hn::Set(d, -0.000801885499f));
  p = hn::MulAdd(p, u, hn::Set(d, 0.00518931194f));
  p = hn::MulAdd(p, u, hn::Set(d, -0.0268543288f));
  p = hn::MulAdd(p, u, hn::Set(d, 0.112835975f));
  p = hn::MulAdd(p, u, hn::Set(d, -0.376126269f));
  p = hn::MulAdd(p, u, hn::Set(d, 1.12837917f));
  return hn::Mul(p, x);
}

template <class D, class V>
HWY_INLINE V vec_erf(D d, V x) {
  using T = hn::TFromD<D>;
  const V one = hn::Set(d, T(1));
  const V magnitude = hn::Min(hn::Abs(x), hn::Set(d, T(10)));
  V complement, small;
  if constexpr (sizeof(T) == 8) {
    complement = erfc_positive_f64(d, magnitude);
    small = erf_small_f64(d, x);
  } else {
    complement = erfc_positive(d, magnitude);
    small = erf_small(d, x);
  }
  const V large = hn::CopySign(hn::Sub(one, complement), x);
  return keep_nan(d, x, hn::IfThenElse(hn::Le(magnitude, one), small, large));
}

// Phi(-|x|) in f32 as t exp(-x^2 / 2) P(t), t = 1 / (1 + 0.3 |x| / sqrt 2); a fit with a relative error of 2e-8 plus
// rounding.
template <class D, class V>
HWY_INLINE V normal_tail(D d, V x) {
#if SY_CPU_TABLE_MATH
  if constexpr (sizeof(V) == 64) return table_normal_tail(least_magnitude(x, 14.25f));
#endif
  const V one = hn::Set(d, 1.0f);
  const V t = hn::Div(one, hn::MulAdd(hn::Abs(x), hn::Set(d, 0.212132034f), one));
  V p = hn::Set(d, -0.0647299629f);
  p = hn::MulAdd(p, t, hn::Set(d, 0.24261591f));
  p = hn::MulAdd(p, t, hn::Set(d, -0.255765197f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.273388312f));
  p = hn::MulAdd(p, t, hn::Set(d, -0.0469618809f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.107288141f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.0742208158f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.0853492722f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.0845945798f));
  return hn::Mul(hn::Mul(p, t), exp_negative(d, hn::Mul(hn::Mul(x, hn::Set(d, -0.5f)), x)));
}

// Phi(x) = erfc(-x / sqrt 2) / 2, relatively precise in both tails; any number for NaN.
template <class D, class V>
HWY_INLINE V vec_normal_cdf(D d, V x) {
  using T = hn::TFromD<D>;
  V tail;
  if constexpr (sizeof(T) == 8) {
    tail = normal_tail_f64(d, x);
  } else {
    tail = normal_tail(d, x);
  }
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(hn::Set(d, T(1)), tail));
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
