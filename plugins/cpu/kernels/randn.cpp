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

template <class T>
HWY_INLINE void box_muller(const T* u, const T* v, T* out) {
  const hn::ScalableTag<T> d;
  const auto radius = hn::Sqrt(hn::Mul(hn::Set(d, T(-2)), vec_log(d, hn::Load(d, u))));
  const auto angle = hn::Mul(hn::Set(d, static_cast<T>(6.283185307179586477)), hn::Load(d, v));
  hn::Store(hn::Mul(radius, vec_cos(d, angle)), d, out);
}

// uniforms(block, k, u, v) makes the two uniforms of element k.
template <class T, class Uniforms>
void fill_normal_typed(const sdk::Rng& rng, std::int64_t n, T* to, const Uniforms& uniforms) {
  philox_for(rng, n, [=](const PhiloxBlock& block, std::int64_t at, int count) {
    HWY_ALIGN T u[PhiloxBlock::kSize];
    HWY_ALIGN T v[PhiloxBlock::kSize];
    const int lanes = static_cast<int>(hn::Lanes(hn::ScalableTag<T>()));
    for (int k = 0; k < PhiloxBlock::kSize; ++k) uniforms(block, k, u + k, v + k);
    for (int k = 0; k < PhiloxBlock::kSize; k += lanes) box_muller(u + k, v + k, u + k);
    std::memcpy(to + at, u, static_cast<std::size_t>(count) * sizeof(T));
  });
}

void fill_normal(std::uint32_t dtype, const sdk::Rng& rng, std::int64_t n, void* out) {
  if (dtype == SY_F64) {
    return fill_normal_typed(rng, n, static_cast<double*>(out),
                             [](const PhiloxBlock& block, int k, double* u, double* v) {
                               *u = static_cast<double>((block.high(k) >> 11) + 1) * 0x1p-53;
                               *v = static_cast<double>(block.low(k) >> 11) * 0x1p-53;
                             });
  }
  fill_normal_typed(rng, n, static_cast<float*>(out), [](const PhiloxBlock& block, int k, float* u, float* v) {
    *u = static_cast<float>(static_cast<std::int32_t>(block.w[0][k] >> 8) + 1) * 0x1p-24f;
    *v = static_cast<float>(static_cast<std::int32_t>(block.w[1][k] >> 8)) * 0x1p-24f;
  });
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
