// remainder: a - b * floor(a / b), with the sign of b.
#include "switchyard/sdk/ops/remainder.h"

#include "../pointwise.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr const char* kFloating = R"(
static inline C0 rest_of(C0 a, C0 b) {
  const C0 rest = fmod(a, b);
  if (rest == 0) return copysign((C0)0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}
)";
constexpr const char* kIntegral = R"(
static inline long rest_of(long a, long b) {
  if (b == 0 || b == -1) return 0;
  const long rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
)";

void run(const Call& call, const RemainderArgs&) {
  run_pointwise(call, "remainder", {"rest_of(a, b)", call.t(0) >= SY_F16 ? kFloating : kIntegral, "", nullptr});
}

}  // namespace

SY_KERNELS(remainder, make_kernel<RemainderArgs, run>(kPointwise));
