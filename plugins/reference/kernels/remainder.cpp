#include "switchyard/sdk/ops/remainder.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

std::int64_t floor_remainder(std::int64_t x, std::int64_t y) {
  if (y == 0 || y == -1) return 0;
  const std::int64_t r = x % y;
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

double floor_remainder(double x, double y) {
  const double r = std::fmod(x, y);
  if (r == 0) return std::copysign(0.0, y);
  return (r < 0) != (y < 0) ? r + y : r;
}

sy_status run(const Call& call, const RemainderArgs& args) {
  return sy::reference::pointwise(
      call, Numeric(), args.result, [](auto x, auto y) { return floor_remainder(x, y); }, args.self, args.other);
}

}  // namespace

SY_KERNELS(remainder, make_kernel<RemainderArgs, run>(kPointwise));
