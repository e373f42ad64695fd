// floor, ceil, round, trunc; integers stay as they are.
#include "../pointwise.h"
#include "switchyard/sdk/ops/ceil.h"
#include "switchyard/sdk/ops/floor.h"
#include "switchyard/sdk/ops/round.h"
#include "switchyard/sdk/ops/trunc.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Expression kFloor = {"floor(a)", "a"};
constexpr Expression kCeil = {"ceil(a)", "a"};
constexpr Expression kRound = {"rint(a)", "a"};
constexpr Expression kTrunc = {"trunc(a)", "a"};

}  // namespace

SY_KERNELS(rounding, expression_kernel<FloorArgs, kFloor>(), expression_kernel<CeilArgs, kCeil>(),
           expression_kernel<RoundArgs, kRound>(), expression_kernel<TruncArgs, kTrunc>());
