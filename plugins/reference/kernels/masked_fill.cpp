#include "switchyard/sdk/ops/masked_fill.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const MaskedFillArgs& args) {
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T value = args.value.to<T>();
    binary<T, T, bool>(args.result, args.self, args.mask, [&](T x, bool masked) { return masked ? value : x; });
  });
}

}  // namespace

SY_KERNELS(masked_fill, make_kernel<MaskedFillArgs, run>(kPointwise));
