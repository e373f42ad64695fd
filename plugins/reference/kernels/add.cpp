#include "switchyard/sdk/ops/add.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT
using sy::reference::plus;
using sy::reference::times;
using sy::reference::widen;

sy_status run(const Call& call, const AddArgs& args) {
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto alpha = widen<T>(args.alpha);
    binary<T, T, T>(args.result, args.self, args.other,
                    [&](T x, T y) { return convert<T>(plus(widen(x), times(alpha, widen(y)))); });
  });
}

}  // namespace

SY_KERNELS(add, make_kernel<AddArgs, run>(kPointwise));
