#include "switchyard/sdk/ops/erf.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const ErfArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return std::erf(x); }, args.self);
}

}  // namespace

SY_KERNELS(erf, make_kernel<ErfArgs, run>(kPointwise));
