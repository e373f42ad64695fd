// Uniform integers: low + (w0 << 32 | w1) mod (high - low).
#include "switchyard/sdk/ops/randint.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/randint.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/philox-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
void fill_integers_typed(const sdk::Rng& rng, std::int64_t low, std::uint64_t range, std::int64_t n, T* to) {
  philox_for<2>(rng, n, [=](const PhiloxBlock& block, std::int64_t at, int count) {
    for (int k = 0; k < count; ++k) {
      const std::uint64_t value = static_cast<std::uint64_t>(low) + block.high(k) % range;
      to[at + k] = static_cast<T>(static_cast<std::int64_t>(value));
    }
  });
}

void fill_integers(std::uint32_t dtype, const sdk::Rng& rng, std::int64_t low, std::uint64_t range, std::int64_t n,
                   void* out) {
  sdk::visit_dtype(dtype, sdk::Numeric{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    fill_integers_typed(rng, low, range, n, static_cast<T*>(out));
  });
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(fill_integers);

void run_randint(const Call&, const sdk::RandintArgs& args) {
  const std::uint64_t range = static_cast<std::uint64_t>(args.high) - static_cast<std::uint64_t>(args.low);
  if (range == 0) throw sdk::Error(SY_INVALID_ARGUMENT, "low must be below high");
  HWY_DYNAMIC_DISPATCH(fill_integers)
  (args.result.dtype(), args.generator, args.low, range, args.result.numel(), args.result.data<void>());
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(randint, sy::sdk::make_kernel<sy::sdk::RandintArgs, sy::cpu::run_randint>(sy::sdk::kStrided |
                                                                                     sy::sdk::kDeterministic));
#endif
