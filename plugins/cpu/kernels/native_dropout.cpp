// self * mask / (1 - p), and the mask.
#include "switchyard/sdk/ops/native_dropout.h"

#include <cmath>
#include <cstring>

#include "loops/compute_copy.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/native_dropout.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/philox-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

// `threshold`: elements whose w0 >> 8 is below it are dropped.
template <class T>
void drop_typed(const sdk::Rng& rng, std::int64_t n, std::uint32_t threshold, T scale, const T* x, T* to, bool* mask) {
  philox_for<1>(rng, n, [=](const PhiloxBlock& block, std::int64_t at, int count) {
    for (int k = 0; k < count; ++k) {
      const bool kept = (block.w[0][k] >> 8) >= threshold;
      mask[at + k] = kept;
      to[at + k] = x[at + k] * static_cast<T>(static_cast<int>(kept)) * scale;
    }
  });
}

void drop(std::uint32_t dtype, const sdk::Rng& rng, std::int64_t n, double p, const void* x, void* out, bool* mask) {
  const std::uint32_t threshold = static_cast<std::uint32_t>(std::ceil(p * 0x1p24));
  visit_compute(dtype, FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    drop_typed(rng, n, threshold, static_cast<T>(1 / (1 - p)), static_cast<const T*>(x), static_cast<T*>(out), mask);
  });
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(drop);

void run_native_dropout(const Call& call, const sdk::NativeDropoutArgs& args) {
  const InputArray self(call, args.self);
  OutputArray result(call, args.result);
  OutputArray mask(call, args.mask);
  const std::int64_t n = args.result.numel();
  if (args.p >= 1) {
    std::memset(result.data(), 0, static_cast<std::size_t>(n) * item_size(compute_dtype(args.result.dtype())));
    std::memset(mask.data(), 0, static_cast<std::size_t>(n));
  } else {
    HWY_DYNAMIC_DISPATCH(drop)(call.t(0), args.generator, n, args.p, self.data(), result.data(), mask.as<bool>());
  }
  result.store();
  mask.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(native_dropout,
           sy::sdk::make_kernel<sy::sdk::NativeDropoutArgs, sy::cpu::run_native_dropout>(sy::sdk::kStrided |
                                                                                         sy::sdk::kDeterministic));
#endif
