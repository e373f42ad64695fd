// add, sub: self +- alpha * other. For bool add is a logical or.
#include "switchyard/sdk/ops/add.h"

#include "../pointwise.h"
#include "switchyard/sdk/ops/sub.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

void scaled(const Call& call, const char* name, const Scalar& alpha, const char* floating, const char* integral) {
  const std::uint32_t dtype = call.t(0);
  run_pointwise(call, name, {dtype >= SY_F16 ? floating : integral, "", ", const C0 alpha", [&](Launch& launch) {
                               launch.scalar(alpha, dtype);
                             }});
}

void add(const Call& call, const AddArgs& args) {
  scaled(call, "add", args.alpha, "a + alpha * b", "wrap_add(a, wrap_mul(alpha, b))");
}

void sub(const Call& call, const SubArgs& args) {
  scaled(call, "sub", args.alpha, "a - alpha * b", "wrap_sub(a, wrap_mul(alpha, b))");
}

}  // namespace

SY_KERNELS(add, make_kernel<AddArgs, add>(kPointwise), make_kernel<SubArgs, sub>(kPointwise));
