#include "switchyard/sdk/ops/sum.h"

#include "../compute.h"
#include "switchyard/sdk/reduce.h"

namespace {

using namespace sy::sdk;  // NOLINT
using sy::reference::Wide;

sy_status run(const Call& call, const SumArgs& args) {
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Out = std::conditional_t<kIsFloating<T>, T, std::int64_t>;
    reduce<T, Out>(args.self, args.result, *args.dim, [](const Reduced<T>& elements) {
      Wide<T> sum = 0;
      elements.for_each([&](T x) { sum = sy::reference::plus(sum, sy::reference::widen(x)); });
      return convert<Out>(sum);
    });
  });
}

}  // namespace

SY_KERNELS(sum, make_kernel<SumArgs, run>(kStrided | kDeterministic));
