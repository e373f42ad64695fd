#include "switchyard/sdk/ops/pow.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

double power(double x, double y) { return std::pow(x, y); }

std::int64_t power(std::int64_t x, std::int64_t y) {
  if (y < 0) return x == 1 ? 1 : x == -1 ? (y % 2 == 0 ? 1 : -1) : 0;
  std::int64_t result = 1;
  for (; y > 0; y /= 2) {
    if (y % 2 == 1) result = sy::reference::times(result, x);
    x = sy::reference::times(x, x);
  }
  return result;
}

sy_status run(const Call& call, const PowArgs& args) {
  return sy::reference::pointwise(
      call, Numeric(), args.result, [](auto x, auto y) { return power(x, y); }, args.self, args.other);
}

}  // namespace

SY_KERNELS(pow, make_kernel<PowArgs, run>(kPointwise));
