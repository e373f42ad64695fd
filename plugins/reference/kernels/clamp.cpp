#include "switchyard/sdk/ops/clamp.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const ClampArgs& args) {
  return call.dispatch(Numeric(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T low = args.min ? args.min->saturate<T>() : T{};
    const T high = args.max ? args.max->saturate<T>() : T{};
    unary<T, T>(args.result, args.self, [&](T x) {
      if (is_nan(x)) return x;
      if (args.min && (x < low || is_nan(low))) x = low;
      if (args.max && (x > high || is_nan(high))) x = high;
      return x;
    });
  });
}

}  // namespace

SY_KERNELS(clamp, make_kernel<ClampArgs, run>(kPointwise));
