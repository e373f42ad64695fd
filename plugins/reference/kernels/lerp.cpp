#include "switchyard/sdk/ops/lerp.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const LerpArgs& args) {
  const auto mix = [](double x, double end, double weight) { return x + weight * (end - x); };
  return sy::reference::pointwise(call, Floating(), args.result, mix, args.self, args.end, args.weight);
}

}  // namespace

SY_KERNELS(lerp, make_kernel<LerpArgs, run>(kPointwise));
