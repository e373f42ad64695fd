#include "switchyard/sdk/ops/logsumexp.h"

#include "../reduction.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

// sum is that of exp(x - shift(top)), so that one pass is enough; where nothing was added it is 0, whatever the top.
constexpr Fold kFold = {"logsumexp", "scaled", R"(
typedef struct { C1 top, sum; } scaled;
static inline scaled make(C1 top, C1 sum) { scaled s; s.top = top; s.sum = sum; return s; }
static inline C1 shift(C1 top) { return isfinite(top) ? top : 0; }
static inline C1 moved(scaled s, C1 top) { return s.sum == 0 ? 0 : s.sum * exp(shift(s.top) - shift(top)); }
static inline scaled merge(scaled a, scaled b) {
  const C1 top = b.top > a.top ? b.top : a.top;
  return make(top, moved(a, top) + moved(b, top));
}
static inline scaled take(scaled s, C1 x, idx at) {
  if (isfinite(x)) return merge(s, make(x, 1));
  return merge(s, x == -INFINITY ? make(x, 0) : make(x == x ? x : -INFINITY, x));
}
)", "make(-INFINITY, 0)", "log(s.sum) + shift(s.top)", 16};

void run(const Call& call, const LogsumexpArgs& args) { reduce(call, kFold, args.self, args.result, args.dim); }

}  // namespace

SY_KERNELS(logsumexp, make_kernel<LogsumexpArgs, run>(kStrided | kDeterministic));
