// sin, cos, tanh.
#include "../pointwise.h"
#include "switchyard/sdk/ops/cos.h"
#include "switchyard/sdk/ops/sin.h"
#include "switchyard/sdk/ops/tanh.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Expression kSin = {"sin(a)"};
constexpr Expression kCos = {"cos(a)"};
constexpr Expression kTanh = {"tanh(a)"};

}  // namespace

SY_KERNELS(trigonometric, expression_kernel<SinArgs, kSin>(), expression_kernel<CosArgs, kCos>(),
           expression_kernel<TanhArgs, kTanh>());
