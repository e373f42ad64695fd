#include "switchyard/sdk/ops/cast.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const CastArgs& args) {
  return call.dispatch(call.t(0), All(), [&](auto from) {
    return call.dispatch(call.t(1), All(), [&](auto to) {
      using From = typename decltype(from)::type;
      using To = typename decltype(to)::type;
      unary<To, From>(args.result, args.self, [](From x) { return convert<To>(x); });
    });
  });
}

}  // namespace

SY_KERNELS(cast, make_kernel<CastArgs, run>(kPointwise));
