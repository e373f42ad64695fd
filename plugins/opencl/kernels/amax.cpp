// amax, amin: NaN if any element is.
#include "switchyard/sdk/ops/amax.h"

#include "../reduction.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/amin.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

#define SY_FUNCTIONS(compare)                              \
  "static inline C1 merge(C1 s, C1 x) { return x " compare \
  " s || x != x || s != s ? (s != s ? s : x) : s; }\n"     \
  "static inline C1 take(C1 s, C1 x, idx at) { return merge(s, x); }\n"

constexpr Fold kLargest = {"amax", "C1", SY_FUNCTIONS(">"), "-INFINITY", "s", 8};
constexpr Fold kLargestInteger = {"amax", "long", SY_FUNCTIONS(">"), "LONG_MIN", "s", 8};
constexpr Fold kSmallest = {"amin", "C1", SY_FUNCTIONS("<"), "INFINITY", "s", 8};
constexpr Fold kSmallestInteger = {"amin", "long", SY_FUNCTIONS("<"), "LONG_MAX", "s", 8};

void largest(const Call& call, const AmaxArgs& args) {
  reduce(call, call.t(0) >= SY_F16 ? kLargest : kLargestInteger, args.self, args.result, *args.dim);
}

void smallest(const Call& call, const AminArgs& args) {
  reduce(call, call.t(0) >= SY_F16 ? kSmallest : kSmallestInteger, args.self, args.result, *args.dim);
}

}  // namespace

SY_KERNELS(amax, make_kernel<AmaxArgs, largest>(kStrided | kDeterministic),
           make_kernel<AminArgs, smallest>(kStrided | kDeterministic));
