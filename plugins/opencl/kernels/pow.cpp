#include "switchyard/sdk/ops/pow.h"

#include "../pointwise.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr const char* kPowFunctions = R"(
static inline long int_pow(long x, long y) {
  if (y < 0) return x == 1 ? 1 : x == -1 ? (y % 2 == 0 ? 1 : -1) : 0;
  long result = 1;
  for (; y > 0; y /= 2) {
    if (y % 2 == 1) result = wrap_mul(result, x);
    x = wrap_mul(x, x);
  }
  return result;
}
)";
constexpr Expression kPow = {"pow(a, b)", "int_pow(a, b)", kPowFunctions};

}  // namespace

SY_KERNELS(pow, expression_kernel<PowArgs, kPow>());
