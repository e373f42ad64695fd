// lerp: self + weight * (end - self).
#include "switchyard/sdk/ops/lerp.h"

#include "../pointwise.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Expression kLerp = {"a + c * (b - a)"};

}  // namespace

SY_KERNELS(lerp, expression_kernel<LerpArgs, kLerp>());
