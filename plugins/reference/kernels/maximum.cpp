#include "switchyard/sdk/ops/maximum.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

/// NaN if either is.
template <typename T>
T larger(T x, T y) {
  return x > y || is_nan(x) ? x : y;
}

sy_status run(const Call& call, const MaximumArgs& args) {
  return sy::reference::pointwise(
      call, All(), args.result, [](auto x, auto y) { return larger(x, y); }, args.self, args.other);
}

}  // namespace

SY_KERNELS(maximum, make_kernel<MaximumArgs, run>(kPointwise));
