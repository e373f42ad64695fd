#include "switchyard/sdk/ops/log1p.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const Log1pArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return std::log1p(x); }, args.self);
}

}  // namespace

SY_KERNELS(log1p, make_kernel<Log1pArgs, run>(kPointwise));
