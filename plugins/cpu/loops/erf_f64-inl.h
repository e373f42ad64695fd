// erf, erfc and the tail of the normal distribution in f64, through erfcx(x) = exp(x^2) erfc(x), which is smooth.
// Errors: 1.7 ulp in erf, 8 in erfc and the tail, to which targets without fused multiply-add add up to 0.4 x^2.
#if defined(SY_CPU_LOOPS_ERF_F64_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SY_CPU_LOOPS_ERF_F64_INL_H_
#undef SY_CPU_LOOPS_ERF_F64_INL_H_
#else
#define SY_CPU_LOOPS_ERF_F64_INL_H_
#endif

#include <cstddef>

#include "hwy/contrib/math/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Highest power first.
template <class D, class V, std::size_t kTerms>
HWY_INLINE V polynomial(D d, V x, const double (&terms)[kTerms]) {
  V p = hn::Set(d, terms[0]);
  for (std::size_t k = 1; k < kTerms; ++k) p = hn::MulAdd(p, x, hn::Set(d, terms[k]));
  return p;
}

// erfcx(x) for x >= 0 as P((x - 3.5) / (x + 3.5)) / (x + 3.5); P through Chebyshev nodes, relative error 8e-17 plus
// rounding.
template <class D, class V>
HWY_INLINE V erfcx_f64(D d, V x) {
  static constexpr double kTerms[] = {
      -1.0131361379827797e-09, 1.447656576135023e-09,  1.1956272918234388e-08, -1.5311166117013943e-08,
      -8.69903875447013e-08,   1.0628773601410245e-07, 5.527358057234972e-07,  -7.877243981829272e-07,
      -3.3928080577899144e-06, 7.23935676212077e-06,   1.86473323635186e-05,   -7.477535179035543e-05,
      -4.206217187411542e-05,  0.000714531280662541,   -0.0013053546932652587, -0.003177050284611174,
      0.02651861988184137,     -0.09231870664314448,   0.22573862164741135,    -0.43525602671671476,
      0.694113646634644,       -0.9377997245671139,    1.08705558926226};
  const V r = hn::Div(hn::Set(d, 1.0), hn::Add(x, hn::Set(d, 3.5)));
  return hn::Mul(polynomial(d, hn::NegMulAdd(r, hn::Set(d, 7.0), hn::Set(d, 1.0)), kTerms), r);
}

// exp(-factor x^2), with what the square loses by rounding; factor is a power of two.
template <class D, class V>
HWY_INLINE V exp_of_square(D d, V x, double factor) {
  const V scaled = hn::Mul(x, hn::Set(d, factor));
  const V square = hn::Mul(x, scaled);
  const V lost = hn::MulSub(x, scaled, square);
  const V e = hn::Exp(d, hn::Neg(square));
  return hn::NegMulAdd(e, lost, e);
}

// erfc(x) for x >= 0.
template <class D, class V>
HWY_INLINE V erfc_positive_f64(D d, V x) {
  const V bounded = hn::Min(x, hn::Set(d, 30.0));  // where it has long been 0
  return hn::Mul(erfcx_f64(d, bounded), exp_of_square(d, bounded, 1.0));
}

// erf(x) for |x| <= 1 as x P(x^2); relative error 8e-18 plus rounding.
template <class D, class V>
HWY_INLINE V erf_small_f64(D d, V x) {
  static constexpr double kTerms[] = {-7.795898827002142e-10, 1.3720064546777686e-08, -1.6208483801871705e-07,
                                      1.6447424703317362e-06, -1.492473690741966e-05, 0.00012055294904839707,
                                      -0.0008548325975389692, 0.0052239776071164225,  -0.02686617064323777,
                                      0.11283791670945006,    -0.37612638903183543,   1.1283791670955126};
  return hn::Mul(polynomial(d, hn::Mul(x, x), kTerms), x);
}

// Phi(-|x|)
template <class D, class V>
HWY_INLINE V normal_tail_f64(D d, V x) {
  const V a = hn::Min(hn::Abs(x), hn::Set(d, 40.0));
  const V scaled = hn::Mul(a, hn::Set(d, 0.70710678118654752440));
  return hn::Mul(hn::Mul(erfcx_f64(d, scaled), hn::Set(d, 0.5)), exp_of_square(d, a, 0.5));
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
