#include "switchyard/sdk/ops/addcmul.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT
using sy::reference::plus;
using sy::reference::times;
using sy::reference::widen;

sy_status run(const Call& call, const AddcmulArgs& args) {
  return call.dispatch(Numeric(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto value = widen<T>(args.value);
    ternary<T, T, T, T>(args.result, args.self, args.tensor1, args.tensor2, [&](T x, T a, T b) {
      return convert<T>(plus(widen(x), times(times(value, widen(a)), widen(b))));
    });
  });
}

}  // namespace

SY_KERNELS(addcmul, make_kernel<AddcmulArgs, run>(kPointwise));
