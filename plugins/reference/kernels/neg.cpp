#include "switchyard/sdk/ops/neg.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const NegArgs& args) {
  return sy::reference::pointwise(
      call, Numeric(), args.result, [](auto x) { return sy::reference::times(x, static_cast<decltype(x)>(-1)); },
      args.self);
}

}  // namespace

SY_KERNELS(neg, make_kernel<NegArgs, run>(kPointwise));
