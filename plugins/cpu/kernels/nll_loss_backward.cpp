// The gradient of nll_loss: zeros, but for one element of each row that is not ignored.
#include "switchyard/sdk/ops/nll_loss_backward.h"

#include <algorithm>
#include <atomic>

#include "loops/class_targets.h"
#include "loops/parallel.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

template <class T, class I>
void run_rows(const sdk::NllLossBackwardArgs& args) {
  const std::int64_t classes = args.classes;
  const ClassTargets<T, I> targets(args.target, args.weight, classes, args.ignore_index);
  const T* const grad = args.grad.template data<T>();
  const std::int64_t step = args.reduction == "none" ? 1 : 0;
  double total = 1;
  if (args.reduction == "mean") {
    total = 0;
    if (!targets.visit(0, targets.rows(), [&](auto, auto, double w) { total += w; })) targets.throw_outside();
  }
  T* const out = args.result.template data<T>();
  std::atomic<bool> inside{true};
  parallel_for(targets.rows(), grain_for(classes), [&](std::int64_t begin, std::int64_t end) {
    std::fill(out + begin * classes, out + end * classes, T(0.0f));
    const auto write = [&](std::int64_t row, std::int64_t c, double w) {
      out[row * classes + c] = static_cast<T>(-static_cast<double>(grad[row * step]) * w / total);
    };
    if (!targets.visit(begin, end, write)) inside = false;
  });
  if (!inside) targets.throw_outside();
}

sy_status run_nll_loss_backward(const Call& call, const sdk::NllLossBackwardArgs& args) {
  return call.dispatch(sdk::Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    args.target.dtype() == SY_I32 ? run_rows<T, std::int32_t>(args) : run_rows<T, std::int64_t>(args);
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(nll_loss_backward,
           sy::sdk::make_kernel<sy::sdk::NllLossBackwardArgs, sy::cpu::run_nll_loss_backward>(sy::sdk::kDeterministic));
