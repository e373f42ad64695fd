// exp, log and their kin.
#include "../pointwise.h"
#include "switchyard/sdk/ops/erf.h"
#include "switchyard/sdk/ops/exp.h"
#include "switchyard/sdk/ops/expm1.h"
#include "switchyard/sdk/ops/log.h"
#include "switchyard/sdk/ops/log1p.h"
#include "switchyard/sdk/ops/sigmoid.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Expression kExp = {"exp(a)"};
constexpr Expression kExpm1 = {"expm1(a)"};
constexpr Expression kLog = {"log(a)"};
constexpr Expression kLog1p = {"log1p(a)"};
constexpr Expression kSigmoid = {"a >= 0 ? 1 / (1 + exp(-a)) : exp(a) / (1 + exp(a))"};
constexpr Expression kErf = {"erf(a)"};

}  // namespace

SY_KERNELS(exponential, expression_kernel<ExpArgs, kExp>(), expression_kernel<Expm1Args, kExpm1>(),
           expression_kernel<LogArgs, kLog>(), expression_kernel<Log1pArgs, kLog1p>(),
           expression_kernel<SigmoidArgs, kSigmoid>(), expression_kernel<ErfArgs, kErf>());
