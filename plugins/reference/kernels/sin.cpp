#include "switchyard/sdk/ops/sin.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const SinArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return std::sin(x); }, args.self);
}

}  // namespace

SY_KERNELS(sin, make_kernel<SinArgs, run>(kPointwise));
