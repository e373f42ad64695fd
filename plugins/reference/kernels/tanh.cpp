#include "switchyard/sdk/ops/tanh.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const TanhArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return std::tanh(x); }, args.self);
}

}  // namespace

SY_KERNELS(tanh, make_kernel<TanhArgs, run>(kPointwise));
