#include "switchyard/sdk/ops/ceil.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

double ceil_of(double x) { return std::ceil(x); }
std::int64_t ceil_of(std::int64_t x) { return x; }

sy_status run(const Call& call, const CeilArgs& args) {
  return sy::reference::pointwise(
      call, Numeric(), args.result, [](auto x) { return ceil_of(x); }, args.self);
}

}  // namespace

SY_KERNELS(ceil, make_kernel<CeilArgs, run>(kPointwise));
