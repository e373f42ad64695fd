// exp(self) normalised to sum 1 along dim.
#include "switchyard/sdk/ops/softmax.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/softmax.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/softmax-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct Softmax {
  template <class T, class Line>
  HWY_INLINE static void run(const Line& line, const T* const* in, T* out) {
    const hn::ScalableTag<T> d;
    constexpr T kLeast = -std::numeric_limits<T>::infinity();
    const T* x = in[0];
    const auto largest = line_largest(line, x);
    LaneSum<T> sum;
    line.visit([&](std::int64_t at, std::int64_t used) {
      const auto e = vec_exp(d, hn::Sub(load_lanes(x + at, used, kLeast), largest));
      sum.add(e);
      store_lanes(e, out + at, used);
    });
    const auto scale = hn::Div(hn::Set(d, T(1)), line.total(sum.value()));
    line.visit([&](std::int64_t at, std::int64_t used) {
      store_lanes(hn::Mul(load_lanes(out + at, used, T(0)), scale), out + at, used);
    });
  }
};

LineFns softmax_fns(std::uint32_t dtype) { return line_fns<Softmax>(dtype); }

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(softmax_fns);

void run_softmax(const Call& call, const sdk::SoftmaxArgs& args) {
  const Tensor inputs[] = {args.self};
  run_lines(call, inputs, 1, args.result, args.dim, HWY_DYNAMIC_DISPATCH(softmax_fns)(call.t(0)));
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(softmax, sy::sdk::make_kernel<sy::sdk::SoftmaxArgs, sy::cpu::run_softmax>(sy::sdk::kStrided |
                                                                                     sy::sdk::kDeterministic));
#endif
