#include "switchyard/sdk/ops/sigmoid.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const SigmoidArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return sy::reference::sigmoid(x); }, args.self);
}

}  // namespace

SY_KERNELS(sigmoid, make_kernel<SigmoidArgs, run>(kPointwise));
