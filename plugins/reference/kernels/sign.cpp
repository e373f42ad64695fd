#include "switchyard/sdk/ops/sign.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT

double sign_of(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
std::int64_t sign_of(std::int64_t x) { return (x > 0) - (x < 0); }

sy_status run(const Call& call, const SignArgs& args) {
  return sy::reference::pointwise(
      call, All(), args.result, [](auto x) { return sign_of(x); }, args.self);
}

}  // namespace

SY_KERNELS(sign, make_kernel<SignArgs, run>(kPointwise));
