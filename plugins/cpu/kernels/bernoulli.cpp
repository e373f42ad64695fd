// 1 with probability self, else 0.
#include "switchyard/sdk/ops/bernoulli.h"

#include "loops/compute_copy.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bernoulli.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/philox-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
void draw_typed(const sdk::Rng& rng, std::int64_t n, const T* p, T* to) {
  philox_for<1>(rng, n, [=](const PhiloxBlock& block, std::int64_t at, int count) {
    for (int k = 0; k < count; ++k) {
      const T u = static_cast<T>(static_cast<std::int32_t>(block.w[0][k] >> 8)) * static_cast<T>(0x1p-24);
      to[at + k] = u < p[at + k] ? T{1} : T{0};
    }
  });
}

void draw(std::uint32_t dtype, const sdk::Rng& rng, std::int64_t n, const void* p, void* out) {
  visit_compute(dtype, FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    draw_typed(rng, n, static_cast<const T*>(p), static_cast<T*>(out));
  });
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(draw);

void run_bernoulli(const Call& call, const sdk::BernoulliArgs& args) {
  const InputArray self(call, args.self);
  OutputArray result(call, args.result);
  HWY_DYNAMIC_DISPATCH(draw)(call.t(0), args.generator, args.result.numel(), self.data(), result.data());
  result.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(bernoulli, sy::sdk::make_kernel<sy::sdk::BernoulliArgs, sy::cpu::run_bernoulli>(sy::sdk::kStrided |
                                                                                           sy::sdk::kDeterministic));
#endif
