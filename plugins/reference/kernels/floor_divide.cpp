#include "switchyard/sdk/ops/floor_divide.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

std::int64_t floor_quotient(std::int64_t x, std::int64_t y) {
  if (y == 0) return 0;
  if (y == -1) return sy::reference::minus(std::int64_t{0}, x);
  const std::int64_t q = x / y;
  return x % y != 0 && (x < 0) != (y < 0) ? q - 1 : q;
}

/// The floor of the exact quotient: x / y may round up to an integer that it does not reach.
double floor_quotient(double x, double y) {
  if (y == 0 || !std::isfinite(x) || std::isnan(y)) return std::floor(x / y);
  const double rest = std::fmod(x, y);
  const bool below = rest != 0 && (rest < 0) != (y < 0);
  if (std::isinf(y)) return below ? -1 : std::copysign(0.0, x / y);
  const double q = std::round((x - rest) / y);
  return below ? q - 1 : q;
}

sy_status run(const Call& call, const FloorDivideArgs& args) {
  return sy::reference::pointwise(
      call, Numeric(), args.result, [](auto x, auto y) { return floor_quotient(x, y); }, args.self, args.other);
}

}  // namespace

SY_KERNELS(floor_divide, make_kernel<FloorDivideArgs, run>(kPointwise));
