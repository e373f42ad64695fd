#include "switchyard/sdk/ops/amin.h"

#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/reduce.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const AminArgs& args) {
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    reduce<T, T>(args.self, args.result, *args.dim, [](const Reduced<T>& elements) {
      T best{};
      bool first = true;
      elements.for_each([&](T x) {
        if (first || is_nan(x) || (!is_nan(best) && x < best)) best = x;
        first = false;
      });
      return best;
    });
  });
}

}  // namespace

SY_KERNELS(amin, make_kernel<AminArgs, run>(kStrided | kDeterministic));
