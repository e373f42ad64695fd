#include "switchyard/sdk/ops/reciprocal.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const ReciprocalArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return 1 / x; }, args.self);
}

}  // namespace

SY_KERNELS(reciprocal, make_kernel<ReciprocalArgs, run>(kPointwise));
