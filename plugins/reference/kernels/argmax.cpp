#include "switchyard/sdk/ops/argmax.h"

#include "../axis.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

/// The first largest, or the first NaN.
sy_status run(const Call& call, const ArgmaxArgs& args) {
  return call.dispatch(Numeric(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    Axis axis(args.self, args.dim.value_or(0));
    if (!args.dim) {
      axis.outer = axis.inner = 1;
      axis.size = args.self.numel();
    }
    const T* in = args.self.template data<T>();
    for (std::int64_t o = 0; o < axis.outer; ++o) {
      for (std::int64_t j = 0; j < axis.inner; ++j) {
        std::int64_t best = 0;
        for (std::int64_t i = 1; i < axis.size; ++i) {
          const T x = in[axis.at(o, i, j)];
          const T y = in[axis.at(o, best, j)];
          if (x > y || (is_nan(x) && !is_nan(y))) best = i;
        }
        args.result.template data<std::int64_t>()[o * axis.inner + j] = best;
      }
    }
  });
}

}  // namespace

SY_KERNELS(argmax, make_kernel<ArgmaxArgs, run>(kDeterministic));
