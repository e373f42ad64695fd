#include "switchyard/sdk/ops/softsign.h"

#include <cmath>

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const SoftsignArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return x / (1 + std::abs(x)); }, args.self);
}

}  // namespace

SY_KERNELS(softsign, make_kernel<SoftsignArgs, run>(kPointwise));
