#include "switchyard/sdk/ops/div.h"

#include "../pointwise.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Expression kDiv = {"a / b"};

}  // namespace

SY_KERNELS(div, expression_kernel<DivArgs, kDiv>());
