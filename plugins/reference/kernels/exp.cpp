#include "switchyard/sdk/ops/exp.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const ExpArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return std::exp(x); }, args.self);
}

}  // namespace

SY_KERNELS(exp, make_kernel<ExpArgs, run>(kPointwise));
