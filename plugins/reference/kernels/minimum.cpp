#include "switchyard/sdk/ops/minimum.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

/// NaN if either is.
template <typename T>
T smaller(T x, T y) {
  return x < y || is_nan(x) ? x : y;
}

sy_status run(const Call& call, const MinimumArgs& args) {
  return sy::reference::pointwise(
      call, All(), args.result, [](auto x, auto y) { return smaller(x, y); }, args.self, args.other);
}

}  // namespace

SY_KERNELS(minimum, make_kernel<MinimumArgs, run>(kPointwise));
