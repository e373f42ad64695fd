#include "switchyard/sdk/ops/silu.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const SiluArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return x * sy::reference::sigmoid(x); }, args.self);
}

}  // namespace

SY_KERNELS(silu, make_kernel<SiluArgs, run>(kPointwise));
