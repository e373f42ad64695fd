#include "switchyard/sdk/ops/round.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

/// Ties to even, whatever the rounding mode of the thread.
double round_of(double x) {
  const double nearest = std::round(x);
  return std::fabs(x - std::trunc(x)) == 0.5 ? 2 * std::round(x / 2) : nearest;
}
std::int64_t round_of(std::int64_t x) { return x; }

sy_status run(const Call& call, const RoundArgs& args) {
  return sy::reference::pointwise(
      call, Numeric(), args.result, [](auto x) { return round_of(x); }, args.self);
}

}  // namespace

SY_KERNELS(round, make_kernel<RoundArgs, run>(kPointwise));
