#include "switchyard/sdk/ops/log_softmax_backward.h"

#include "../axis.h"
#include "../compute.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const LogSoftmaxBackwardArgs& args) {
  const Axis axis(args.grad, args.dim);
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* grad = args.grad.template data<T>();
    const T* y = args.result.template data<T>();
    for (std::int64_t o = 0; o < axis.outer; ++o) {
      for (std::int64_t j = 0; j < axis.inner; ++j) {
        double sum = 0;
        for (std::int64_t i = 0; i < axis.size; ++i) sum += widen(grad[axis.at(o, i, j)]);
        for (std::int64_t i = 0; i < axis.size; ++i) {
          const std::int64_t at = axis.at(o, i, j);
          args.output.template data<T>()[at] = convert<T>(widen(grad[at]) - std::exp(widen(y[at])) * sum);
        }
      }
    }
  });
}

}  // namespace

SY_KERNELS(log_softmax_backward, make_kernel<LogSoftmaxBackwardArgs, run>(kDeterministic));
