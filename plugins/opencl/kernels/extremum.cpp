// maximum, minimum: NaN if either is.
#include "../pointwise.h"
#include "switchyard/sdk/ops/maximum.h"
#include "switchyard/sdk/ops/minimum.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Expression kMaximum = {"a > b || isnan(a) ? a : b", "a > b ? a : b"};
constexpr Expression kMinimum = {"a < b || isnan(a) ? a : b", "a < b ? a : b"};

}  // namespace

SY_KERNELS(extremum, expression_kernel<MaximumArgs, kMaximum>(), expression_kernel<MinimumArgs, kMinimum>());
