#include "switchyard/sdk/ops/div.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const DivArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x, auto y) { return x / y; }, args.self, args.other);
}

}  // namespace

SY_KERNELS(div, make_kernel<DivArgs, run>(kPointwise));
