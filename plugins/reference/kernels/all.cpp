#include "switchyard/sdk/ops/all.h"

#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/reduce.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const AllArgs& args) {
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    reduce<T, bool>(args.self, args.result, *args.dim, [](const Reduced<T>& elements) {
      bool holds = true;
      elements.for_each([&](T x) { holds = holds && x != T(0); });
      return holds;
    });
  });
}

}  // namespace

SY_KERNELS(all, make_kernel<AllArgs, run>(kStrided | kDeterministic));
