// grad - exp(result) * sum(grad, dim).
#include "switchyard/sdk/ops/log_softmax_backward.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/log_softmax_backward.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/softmax-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct LogSoftmaxBackward {
  template <class T, class Line>
  HWY_INLINE static void run(const Line& line, const T* const* in, T* out) {
    const hn::ScalableTag<T> d;
    const T* grad = in[0];
    const T* y = in[1];
    LaneSum<T> sum;
    line.visit([&](std::int64_t at, std::int64_t used) { sum.add(load_lanes(grad + at, used, T(0))); });
    const auto total = line.total(sum.value());
    line.visit([&](std::int64_t at, std::int64_t used) {
      const auto p = vec_exp(d, load_lanes(y + at, used, T(0)));
      store_lanes(hn::NegMulAdd(p, total, load_lanes(grad + at, used, T(0))), out + at, used);
    });
  }
};

LineFns log_softmax_backward_fns(std::uint32_t dtype) { return line_fns<LogSoftmaxBackward>(dtype); }

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(log_softmax_backward_fns);

void run_log_softmax_backward(const Call& call, const sdk::LogSoftmaxBackwardArgs& args) {
  const Tensor inputs[] = {args.grad, args.result};
  run_lines(call, inputs, 2, args.output, args.dim, HWY_DYNAMIC_DISPATCH(log_softmax_backward_fns)(call.t(0)));
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(log_softmax_backward,
           sy::sdk::make_kernel<sy::sdk::LogSoftmaxBackwardArgs, sy::cpu::run_log_softmax_backward>(
               sy::sdk::kStrided | sy::sdk::kDeterministic));
#endif
