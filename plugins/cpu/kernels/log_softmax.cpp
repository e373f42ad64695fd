// self - logsumexp(self, dim).
#include "switchyard/sdk/ops/log_softmax.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/log_softmax.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/softmax-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct LogSoftmax {
  template <class T, class Line>
  HWY_INLINE static void run(const Line& line, const T* const* in, T* out) {
    const hn::ScalableTag<T> d;
    constexpr T kLeast = -std::numeric_limits<T>::infinity();
    const T* x = in[0];
    const auto largest = line_largest(line, x);
    LaneSum<T> sum;
    line.visit([&](std::int64_t at, std::int64_t used) {
      sum.add(vec_exp(d, hn::Sub(load_lanes(x + at, used, kLeast), largest)));
    });
    const auto log = vec_log(d, line.total(sum.value()));
    line.visit([&](std::int64_t at, std::int64_t used) {
      store_lanes(hn::Sub(hn::Sub(load_lanes(x + at, used, T(0)), largest), log), out + at, used);
    });
  }
};

LineFns log_softmax_fns(std::uint32_t dtype) { return line_fns<LogSoftmax>(dtype); }

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(log_softmax_fns);

void run_log_softmax(const Call& call, const sdk::LogSoftmaxArgs& args) {
  const Tensor inputs[] = {args.self};
  run_lines(call, inputs, 1, args.result, args.dim, HWY_DYNAMIC_DISPATCH(log_softmax_fns)(call.t(0)));
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(log_softmax,
           sy::sdk::make_kernel<sy::sdk::LogSoftmaxArgs, sy::cpu::run_log_softmax>(sy::sdk::kStrided |
                                                                                   sy::sdk::kDeterministic));
#endif
