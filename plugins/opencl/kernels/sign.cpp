// neg, abs, sign, relu.
#include "switchyard/sdk/ops/sign.h"

#include "../pointwise.h"
#include "switchyard/sdk/ops/abs.h"
#include "switchyard/sdk/ops/neg.h"
#include "switchyard/sdk/ops/relu.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Expression kNeg = {"-a", "wrap_sub(0, a)"};
constexpr Expression kAbs = {"fabs(a)", "a < 0 ? wrap_sub(0, a) : a"};
constexpr Expression kSign = {"a > 0 ? 1 : a < 0 ? -1 : a", "(a > 0) - (a < 0)"};
constexpr Expression kRelu = {"a < 0 ? 0 : a"};

}  // namespace

SY_KERNELS(sign, expression_kernel<NegArgs, kNeg>(), expression_kernel<AbsArgs, kAbs>(),
           expression_kernel<SignArgs, kSign>(), expression_kernel<ReluArgs, kRelu>());
