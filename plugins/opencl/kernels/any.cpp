// any, all: NaN counts as true.
#include "switchyard/sdk/ops/any.h"

#include "../reduction.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/all.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr Fold kAny = {"any",
                       "int",
                       "static inline int merge(int a, int b) { return a | b; }\n"
                       "static inline int take(int s, C1 x, idx at) { return s | (x != 0); }\n",
                       "0",
                       "s",
                       4};
constexpr Fold kAll = {"all",
                       "int",
                       "static inline int merge(int a, int b) { return a & b; }\n"
                       "static inline int take(int s, C1 x, idx at) { return s & (x != 0); }\n",
                       "1",
                       "s",
                       4};

void any(const Call& call, const AnyArgs& args) { reduce(call, kAny, args.self, args.result, *args.dim); }
void all(const Call& call, const AllArgs& args) { reduce(call, kAll, args.self, args.result, *args.dim); }

}  // namespace

SY_KERNELS(any, make_kernel<AnyArgs, any>(kStrided | kDeterministic),
           make_kernel<AllArgs, all>(kStrided | kDeterministic));
