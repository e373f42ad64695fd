// logical_and, logical_or, logical_xor, logical_not. NaN counts as true.
#include "../pointwise.h"
#include "switchyard/sdk/ops/logical_and.h"
#include "switchyard/sdk/ops/logical_not.h"
#include "switchyard/sdk/ops/logical_or.h"
#include "switchyard/sdk/ops/logical_xor.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Expression kLogicalAnd = {"a != 0 && b != 0"};
constexpr Expression kLogicalOr = {"a != 0 || b != 0"};
constexpr Expression kLogicalXor = {"(a != 0) != (b != 0)"};
constexpr Expression kLogicalNot = {"a == 0"};

}  // namespace

SY_KERNELS(logical, expression_kernel<LogicalAndArgs, kLogicalAnd>(), expression_kernel<LogicalOrArgs, kLogicalOr>(),
           expression_kernel<LogicalXorArgs, kLogicalXor>(), expression_kernel<LogicalNotArgs, kLogicalNot>());
