// addcmul, addcdiv: self + value * tensor1 * tensor2, or / tensor2, with one rounding in f16 and bf16.
#include "switchyard/sdk/ops/addcmul.h"

#include "../pointwise.h"
#include "switchyard/sdk/ops/addcdiv.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

template <typename Args>
void run(const Call& call, const Args& args, const char* expression) {
  run_pointwise(call, Args::kOp,
                {expression, "", ", const C0 value", [&](Launch& launch) { launch.scalar(args.value, call.t(0)); }});
}

void multiplied(const Call& call, const AddcmulArgs& args) {
  run(call, args, call.t(0) >= SY_F16 ? "a + value * b * c" : "wrap_add(a, wrap_mul(value, wrap_mul(b, c)))");
}

void divided(const Call& call, const AddcdivArgs& args) { run(call, args, "a + value * b / c"); }

}  // namespace

SY_KERNELS(addcmul, make_kernel<AddcmulArgs, multiplied>(kPointwise), make_kernel<AddcdivArgs, divided>(kPointwise));
