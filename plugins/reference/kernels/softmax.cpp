#include "switchyard/sdk/ops/softmax.h"

#include "../axis.h"
#include "../compute.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const SoftmaxArgs& args) {
  const Axis axis(args.self, args.dim);
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = args.self.template data<T>();
    for (std::int64_t o = 0; o < axis.outer; ++o) {
      for (std::int64_t j = 0; j < axis.inner; ++j) {
        double largest = -INFINITY;
        for (std::int64_t i = 0; i < axis.size; ++i) largest = std::fmax(largest, widen(in[axis.at(o, i, j)]));
        double sum = 0;
        for (std::int64_t i = 0; i < axis.size; ++i) sum += std::exp(widen(in[axis.at(o, i, j)]) - largest);
        for (std::int64_t i = 0; i < axis.size; ++i) {
          const std::int64_t at = axis.at(o, i, j);
          args.result.template data<T>()[at] = convert<T>(std::exp(widen(in[at]) - largest) / sum);
        }
      }
    }
  });
}

}  // namespace

SY_KERNELS(softmax, make_kernel<SoftmaxArgs, run>(kDeterministic));
