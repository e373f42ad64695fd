#include "switchyard/sdk/ops/cumsum.h"

#include "../axis.h"
#include "../compute.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const CumsumArgs& args) {
  const Axis axis(args.self, args.dim);
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Out = std::conditional_t<kIsFloating<T>, T, std::int64_t>;
    for (std::int64_t o = 0; o < axis.outer; ++o) {
      for (std::int64_t in = 0; in < axis.inner; ++in) {
        Wide<T> sum = 0;
        for (std::int64_t i = 0; i < axis.size; ++i) {
          const std::int64_t at = axis.at(o, i, in);
          sum = plus(sum, widen(args.self.template data<T>()[at]));
          args.result.template data<Out>()[at] = convert<Out>(sum);
        }
      }
    }
  });
}

}  // namespace

SY_KERNELS(cumsum, make_kernel<CumsumArgs, run>(kDeterministic));
