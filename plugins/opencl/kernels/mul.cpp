#include "switchyard/sdk/ops/mul.h"

#include "../pointwise.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Expression kMul = {"a * b", "wrap_mul(a, b)"};

}  // namespace

SY_KERNELS(mul, expression_kernel<MulArgs, kMul>());
