#include "switchyard/sdk/ops/expm1.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const Expm1Args& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return std::expm1(x); }, args.self);
}

}  // namespace

SY_KERNELS(expm1, make_kernel<Expm1Args, run>(kPointwise));
