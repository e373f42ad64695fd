#include "switchyard/sdk/ops/cos.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const CosArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return std::cos(x); }, args.self);
}

}  // namespace

SY_KERNELS(cos, make_kernel<CosArgs, run>(kPointwise));
