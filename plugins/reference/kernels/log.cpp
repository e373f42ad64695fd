#include "switchyard/sdk/ops/log.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const LogArgs& args) {
  return sy::reference::pointwise(
      call, Floating(), args.result, [](auto x) { return std::log(x); }, args.self);
}

}  // namespace

SY_KERNELS(log, make_kernel<LogArgs, run>(kPointwise));
