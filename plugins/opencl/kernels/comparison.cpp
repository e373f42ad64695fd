// eq, ne, lt, le, gt, ge, after promotion.
#include "../pointwise.h"
#include "switchyard/sdk/ops/eq.h"
#include "switchyard/sdk/ops/ge.h"
#include "switchyard/sdk/ops/gt.h"
#include "switchyard/sdk/ops/le.h"
#include "switchyard/sdk/ops/lt.h"
#include "switchyard/sdk/ops/ne.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Expression kEq = {"a == b"};
constexpr Expression kNe = {"a != b"};
constexpr Expression kLt = {"a < b"};
constexpr Expression kLe = {"a <= b"};
constexpr Expression kGt = {"a > b"};
constexpr Expression kGe = {"a >= b"};

}  // namespace

SY_KERNELS(comparison, expression_kernel<EqArgs, kEq>(), expression_kernel<NeArgs, kNe>(),
           expression_kernel<LtArgs, kLt>(), expression_kernel<LeArgs, kLe>(), expression_kernel<GtArgs, kGt>(),
           expression_kernel<GeArgs, kGe>());
