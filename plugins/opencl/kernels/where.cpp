// where: a condition of dtype bool, then two tensors of T0.
#include "switchyard/sdk/ops/where.h"

#include "../pointwise.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Expression kWhere = {"a != 0 ? b : c"};

}  // namespace

SY_KERNELS(where, expression_kernel<WhereArgs, kWhere>());
