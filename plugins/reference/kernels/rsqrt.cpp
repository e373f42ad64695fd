#include "switchyard/sdk/ops/rsqrt.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const RsqrtArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return 1 / std::sqrt(x); }, args.self);
}

}  // namespace

SY_KERNELS(rsqrt, make_kernel<RsqrtArgs, run>(kPointwise));
