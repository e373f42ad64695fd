#include "switchyard/sdk/ops/sum.h"

#include "../reduction.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Fold kFloating = {"sum",
                            "C1",
                            "static inline C1 merge(C1 a, C1 b) { return a + b; }\n"
                            "static inline C1 take(C1 s, C1 x, idx at) { return s + x; }\n",
                            "0",
                            "s",
                            8};
constexpr Fold kIntegral = {"sum",
                            "long",
                            "static inline long merge(long a, long b) { return wrap_add(a, b); }\n"
                            "static inline long take(long s, long x, idx at) { return wrap_add(s, x); }\n",
                            "0",
                            "s",
                            8};

void run(const Call& call, const SumArgs& args) {
  reduce(call, call.t(0) >= SY_F16 ? kFloating : kIntegral, args.self, args.result, *args.dim);
}

}  // namespace

SY_KERNELS(sum, make_kernel<SumArgs, run>(kStrided | kDeterministic));
