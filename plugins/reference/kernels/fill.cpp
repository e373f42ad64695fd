#include "switchyard/sdk/ops/fill.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const FillArgs& args) {
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T value = args.value.to<T>();
    map<T>(args.result, [value] { return value; });
  });
}

}  // namespace

SY_KERNELS(fill, make_kernel<FillArgs, run>(kStrided | kDeterministic));
