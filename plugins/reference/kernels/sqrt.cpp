#include "switchyard/sdk/ops/sqrt.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const SqrtArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return std::sqrt(x); }, args.self);
}

}  // namespace

SY_KERNELS(sqrt, make_kernel<SqrtArgs, run>(kPointwise));
