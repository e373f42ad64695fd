#include "switchyard/sdk/ops/sub.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT
using sy::reference::minus;
using sy::reference::times;
using sy::reference::widen;

sy_status run(const Call& call, const SubArgs& args) {
  return call.dispatch(Numeric(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto alpha = widen<T>(args.alpha);
    binary<T, T, T>(args.result, args.self, args.other,
                    [&](T x, T y) { return convert<T>(minus(widen(x), times(alpha, widen(y)))); });
  });
}

}  // namespace

SY_KERNELS(sub, make_kernel<SubArgs, run>(kPointwise));
