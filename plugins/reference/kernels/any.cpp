#include "switchyard/sdk/ops/any.h"

#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/reduce.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const AnyArgs& args) {
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    reduce<T, bool>(args.self, args.result, *args.dim, [](const Reduced<T>& elements) {
      bool found = false;
      elements.for_each([&](T x) { found = found || x != T(0); });
      return found;
    });
  });
}

}  // namespace

SY_KERNELS(any, make_kernel<AnyArgs, run>(kStrided | kDeterministic));
