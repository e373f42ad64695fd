// max(x, 0). One operator per file; the file's name is the first argument of SY_KERNELS.
#include "switchyard/sdk/ops/relu.h"

#include "switchyard/sdk/elementwise.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;  // NOLINT: kernel files speak the SDK's names

// The host has checked the arguments and allocated the result: a kernel computes, and that is all.
sy_status run(const Call& call, const ReluArgs& args) {
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    unary<T, T>(args.result, args.self, [](T x) { return x < 0 ? T(0.0f) : x; });
  });
}

}  // namespace

// kPointwise: takes any strides and numbers inline, and is deterministic. Floating(): the dtypes it takes.
SY_KERNELS(relu, make_kernel<ReluArgs, run>(kPointwise, Floating()));
