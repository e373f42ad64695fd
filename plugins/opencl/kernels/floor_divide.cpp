// floor_divide: the floor of the exact quotient, since a / b may round up to an integer that it does not reach.
#include "switchyard/sdk/ops/floor_divide.h"

#include "../pointwise.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr const char* kFloating = R"(
static inline C0 quotient(C0 a, C0 b) {
  if (b == 0 || !isfinite(a) || isnan(b)) return floor(a / b);
  const C0 rest = fmod(a, b);
  const int below = rest != 0 && (rest < 0) != (b < 0);
  if (isinf(b)) return below ? -1 : copysign((C0)0, a / b);
  const C0 q = round((a - rest) / b);
  return below ? q - 1 : q;
}
)";
constexpr const char* kIntegral = R"(
static inline long quotient(long a, long b) {
  if (b == 0) return 0;
  if (b == -1) return wrap_sub(0, a);
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}
)";

void run(const Call& call, const FloorDivideArgs&) {
  run_pointwise(call, "floor_divide", {"quotient(a, b)", call.t(0) >= SY_F16 ? kFloating : kIntegral, "", nullptr});
}

}  // namespace

SY_KERNELS(floor_divide, make_kernel<FloorDivideArgs, run>(kPointwise));
