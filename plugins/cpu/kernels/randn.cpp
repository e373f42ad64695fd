// Standard normal by Box-Muller: sqrt(-2 log u) cos(2 pi v).
#include "switchyard/sdk/ops/randn.h"

#include "loops/compute_copy.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/randn.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/philox-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

// log u for u in [2^-24, 1]: the mantissa 1 + f in [sqrt 1/2, sqrt 2), and log(1 + f) = f - f^2 / 2 + f^3 P(f); P is a
// Chebyshev fit, so that the relative error is 3e-8 plus rounding.
template <class D, class V>
HWY_INLINE V log_of_uniform(D d, V u) {
  const hn::RebindToSigned<D> di;
  const auto bits = hn::BitCast(di, u);
  const auto exponent = hn::ShiftRight<23>(hn::Sub(bits, hn::Set(di, 0x3f3504f3)));
  const V f = hn::Sub(hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<23>(exponent))), hn::Set(d, 1.0f));
  V p = hn::Set(d, -0.0790274377f);
  p = hn::MulAdd(p, f, hn::Set(d, 0.126223198f));
  p = hn::MulAdd(p, f, hn::Set(d, -0.129981838f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.14214496f));
  p = hn::MulAdd(p, f, hn::Set(d, -0.166412815f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.200010451f));
  p = hn::MulAdd(p, f, hn::Set(d, -0.250003064f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.333333307f));
  const V square = hn::Mul(f, f);
  const V rest = hn::MulAdd(hn::Mul(p, f), square, hn::Mul(square, hn::Set(d, -0.5f)));
  return hn::MulAdd(hn::ConvertTo(d, exponent), hn::Set(d, 0.693147181f), hn::Add(f, rest));
}

// cos(2 pi v) for v in [0, 1], as sin(2 pi s) with s = |v - 1/2| - 1/4, which is exact for multiples of 2^-24; a
// Chebyshev fit of sin(2 pi s) / s in s^2, relative error 4e-9 plus rounding.
template <class D, class V>
HWY_INLINE V cos_of_turns(D d, V v) {
  const V s = hn::Sub(hn::Abs(hn::Sub(v, hn::Set(d, 0.5f))), hn::Set(d, 0.25f));
  const V z = hn::Mul(s, s);
  V p = hn::Set(d, 39.7598271f);
  p = hn::MulAdd(p, z, hn::Set(d, -76.5811726f));
  p = hn::MulAdd(p, z, hn::Set(d, 81.6024764f));
  p = hn::MulAdd(p, z, hn::Set(d, -41.3416806f));
  p = hn::MulAdd(p, z, hn::Set(d, 6.28318528f));
  return hn::Mul(p, s);
}

void fill_normal_f32(const sdk::Rng& rng, std::int64_t n, float* to) {
  philox_for<2>(rng, n, [=](const PhiloxBlock& block, std::int64_t at, int count) {
    const hn::ScalableTag<float> d;
    const hn::RebindToUnsigned<decltype(d)> du;
    const hn::RebindToSigned<decltype(d)> di;
    const auto unit = hn::Set(d, 0x1p-24f);
    // The 24 leading bits of word `word` of elements from k on.
    const auto number = [&](int word, int k) {
      return hn::BitCast(di, hn::ShiftRight<8>(hn::Load(du, block.w[word] + k)));
    };
    HWY_ALIGN float last[PhiloxBlock::kSize];
    float* const out = count == PhiloxBlock::kSize ? to + at : last;
    const int lanes = static_cast<int>(hn::Lanes(d));
    for (int k = 0; k < PhiloxBlock::kSize; k += lanes) {
      const auto u = hn::Mul(hn::ConvertTo(d, hn::Add(number(0, k), hn::Set(di, 1))), unit);
      const auto v = hn::Mul(hn::ConvertTo(d, number(1, k)), unit);
      const auto radius = hn::Sqrt(hn::Mul(hn::Set(d, -2.0f), log_of_uniform(d, u)));
      hn::StoreU(hn::Mul(radius, cos_of_turns(d, v)), d, out + k);
    }
    if (out == last) std::memcpy(to + at, last, static_cast<std::size_t>(count) * sizeof(float));
  });
}

void fill_normal_f64(const sdk::Rng& rng, std::int64_t n, double* to) {
  philox_for(rng, n, [=](const PhiloxBlock& block, std::int64_t at, int count) {
    const hn::ScalableTag<double> d;
    HWY_ALIGN double u[PhiloxBlock::kSize];
    HWY_ALIGN double v[PhiloxBlock::kSize];
    for (int k = 0; k < PhiloxBlock::kSize; ++k) {
      u[k] = static_cast<double>((block.high(k) >> 11) + 1) * 0x1p-53;
      v[k] = static_cast<double>(block.low(k) >> 11) * 0x1p-53;
    }
    for (int k = 0; k < PhiloxBlock::kSize; k += static_cast<int>(hn::Lanes(d))) {
      const auto radius = hn::Sqrt(hn::Mul(hn::Set(d, -2.0), vec_log(d, hn::Load(d, u + k))));
      const auto angle = hn::Mul(hn::Set(d, 6.283185307179586477), hn::Load(d, v + k));
      hn::Store(hn::Mul(radius, vec_cos(d, angle)), d, u + k);
    }
    std::memcpy(to + at, u, static_cast<std::size_t>(count) * sizeof(double));
  });
}

void fill_normal(std::uint32_t dtype, const sdk::Rng& rng, std::int64_t n, void* out) {
  if (dtype == SY_F64) return fill_normal_f64(rng, n, static_cast<double*>(out));
  fill_normal_f32(rng, n, static_cast<float*>(out));
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(fill_normal);

void run_randn(const Call& call, const sdk::RandnArgs& args) {
  OutputArray result(call, args.result);
  HWY_DYNAMIC_DISPATCH(fill_normal)(args.result.dtype(), args.generator, args.result.numel(), result.data());
  result.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(randn,
           sy::sdk::make_kernel<sy::sdk::RandnArgs, sy::cpu::run_randn>(sy::sdk::kStrided | sy::sdk::kDeterministic));
#endif
