#include "switchyard/sdk/ops/sort.h"

#include "../order.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const SortArgs& args) {
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    sy::reference::sort_into<T>(args.self, args.dim, args.descending, args.values, args.indices);
  });
}

}  // namespace

SY_KERNELS(sort, make_kernel<SortArgs, run>(kDeterministic));
