// Uniform in [0, 1).
#include "switchyard/sdk/ops/rand.h"

#include "loops/compute_copy.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/rand.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/philox-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

// bits: leading bits of w0 that a number has; every value is exact in float.
void fill_uniform(std::uint32_t dtype, const sdk::Rng& rng, std::int64_t n, void* out) {
  if (dtype == SY_F64) {
    double* to = static_cast<double*>(out);
    return philox_for<2>(rng, n, [=](const PhiloxBlock& block, std::int64_t at, int count) {
      for (int k = 0; k < count; ++k) to[at + k] = static_cast<double>(block.high(k) >> 11) * 0x1p-53;
    });
  }
  const int bits = dtype == SY_F16 ? 11 : dtype == SY_BF16 ? 8 : 24;
  const float scale = dtype == SY_F16 ? 0x1p-11f : dtype == SY_BF16 ? 0x1p-8f : 0x1p-24f;
  float* to = static_cast<float*>(out);
  philox_for<1>(rng, n, [=](const PhiloxBlock& block, std::int64_t at, int count) {
    for (int k = 0; k < count; ++k) {
      to[at + k] = static_cast<float>(static_cast<std::int32_t>(block.w[0][k] >> (32 - bits))) * scale;
    }
  });
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(fill_uniform);

void run_rand(const Call& call, const sdk::RandArgs& args) {
  OutputArray result(call, args.result);
  HWY_DYNAMIC_DISPATCH(fill_uniform)(args.result.dtype(), args.generator, args.result.numel(), result.data());
  result.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(rand,
           sy::sdk::make_kernel<sy::sdk::RandArgs, sy::cpu::run_rand>(sy::sdk::kStrided | sy::sdk::kDeterministic));
#endif
