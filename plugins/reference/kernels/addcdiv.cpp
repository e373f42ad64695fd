#include "switchyard/sdk/ops/addcdiv.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const AddcdivArgs& args) {
  const double value = args.value.to_double();
  const auto fused = [value](double x, double a, double b) { return x + value * a / b; };
  return sy::reference::pointwise(call, Floating(), args.result, fused, args.self, args.tensor1, args.tensor2);
}

}  // namespace

SY_KERNELS(addcdiv, make_kernel<AddcdivArgs, run>(kPointwise));
