#include "switchyard/sdk/ops/where.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const WhereArgs& args) {
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    ternary<T, bool, T, T>(args.result, args.condition, args.self, args.other,
                           [](bool c, T x, T y) { return c ? x : y; });
  });
}

}  // namespace

SY_KERNELS(where, make_kernel<WhereArgs, run>(kPointwise));
