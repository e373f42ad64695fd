// argmax, argmin: the first extreme element; a NaN counts as extreme.
#include "switchyard/sdk/ops/argmax.h"

#include <numeric>

#include "../reduction.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/argmin.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

// at is -1 in the state of no elements.
#define SY_FUNCTIONS(compare)                                                     \
  "typedef struct { C1 value; long at; } best;\n"                                 \
  "static inline best none(void) { best s; s.value = 0; s.at = -1; return s; }\n" \
  "static inline int precedes(C1 x, C1 y) { return x " compare                    \
  " y || (x != x && y == y); }\n"                                                 \
  "static inline best merge(best a, best b) {\n"                                  \
  "  if (b.at < 0) return a;\n"                                                   \
  "  if (a.at < 0 || precedes(b.value, a.value)) return b;\n"                     \
  "  return !precedes(a.value, b.value) && b.at < a.at ? b : a;\n"                \
  "}\n"                                                                           \
  "static inline best take(best s, C1 x, idx at) { best e; e.value = x; e.at = at; return merge(s, e); }\n"

constexpr Fold kLargest = {"argmax", "best", SY_FUNCTIONS(">"), "none()", "s.at", 16};
constexpr Fold kSmallest = {"argmin", "best", SY_FUNCTIONS("<"), "none()", "s.at", 16};

template <typename Args>
void run(const Call& call, const Fold& fold, const Args& args) {
  std::vector<int> dims;
  if (args.self.ndim() > 0 && args.dim) {
    dims.push_back(static_cast<int>(*args.dim < 0 ? *args.dim + args.self.ndim() : *args.dim));
  } else {
    dims.resize(static_cast<std::size_t>(args.self.ndim()));
    std::iota(dims.begin(), dims.end(), 0);
  }
  reduce(call, fold, args.self, args.result, dims);
}

void largest(const Call& call, const ArgmaxArgs& args) { run(call, kLargest, args); }
void smallest(const Call& call, const ArgminArgs& args) { run(call, kSmallest, args); }

}  // namespace

SY_KERNELS(argmax, make_kernel<ArgmaxArgs, largest>(kStrided | kDeterministic),
           make_kernel<ArgminArgs, smallest>(kStrided | kDeterministic));
