#include "switchyard/sdk/ops/trunc.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

double trunc_of(double x) { return std::trunc(x); }
std::int64_t trunc_of(std::int64_t x) { return x; }

sy_status run(const Call& call, const TruncArgs& args) {
  return sy::reference::pointwise(
      call, Numeric(), args.result, [](auto x) { return trunc_of(x); }, args.self);
}

}  // namespace

SY_KERNELS(trunc, make_kernel<TruncArgs, run>(kPointwise));
