#include "switchyard/sdk/ops/mul.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const MulArgs& args) {
  return sy::reference::pointwise(
      call, All(), args.result, [](auto x, auto y) { return sy::reference::times(x, y); }, args.self, args.other);
}

}  // namespace

SY_KERNELS(mul, make_kernel<MulArgs, run>(kPointwise));
