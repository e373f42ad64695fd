#include "switchyard/sdk/ops/abs.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

double abs_of(double x) { return std::fabs(x); }
std::int64_t abs_of(std::int64_t x) { return x < 0 ? sy::reference::minus(std::int64_t{0}, x) : x; }

sy_status run(const Call& call, const AbsArgs& args) {
  return sy::reference::pointwise(
      call, Numeric(), args.result, [](auto x) { return abs_of(x); }, args.self);
}

}  // namespace

SY_KERNELS(abs, make_kernel<AbsArgs, run>(kPointwise));
