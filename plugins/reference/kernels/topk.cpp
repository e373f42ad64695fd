#include "switchyard/sdk/ops/topk.h"

#include "../order.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;  // NOLINT

/// values has k elements along dim.
sy_status run(const Call& call, const TopkArgs& args) {
  return call.dispatch(Numeric(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    sy::reference::sort_into<T>(args.self, args.dim, args.largest, args.values, args.indices);
  });
}

}  // namespace

SY_KERNELS(topk, make_kernel<TopkArgs, run>(kDeterministic));
