// sqrt, rsqrt, reciprocal.
#include "../pointwise.h"
#include "switchyard/sdk/ops/reciprocal.h"
#include "switchyard/sdk/ops/rsqrt.h"
#include "switchyard/sdk/ops/sqrt.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Expression kSqrt = {"sqrt(a)"};
constexpr Expression kRsqrt = {"rsqrt(a)"};
constexpr Expression kReciprocal = {"1 / a"};

}  // namespace

SY_KERNELS(roots, expression_kernel<SqrtArgs, kSqrt>(), expression_kernel<RsqrtArgs, kRsqrt>(),
           expression_kernel<ReciprocalArgs, kReciprocal>());
