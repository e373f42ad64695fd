#include "switchyard/sdk/ops/full.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const FullArgs& args) {
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T value = args.fill_value.to<T>();
    map<T>(args.result, [value] { return value; });
  });
}

}  // namespace

SY_KERNELS(full, make_kernel<FullArgs, run>(kStrided | kDeterministic));
