#include "switchyard/sdk/ops/arange.h"

#include "../compute.h"

namespace {

using namespace sy::sdk;  // NOLINT
using sy::reference::plus;
using sy::reference::times;

sy_status run(const Call& call, const ArangeArgs& args) {
  return call.dispatch(Numeric(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* out = args.result.template data<T>();
    for (std::int64_t i = 0; i < args.result.numel(); ++i) {
      if constexpr (kIsFloating<T>) {
        out[i] = convert<T>(args.start.to_double() + static_cast<double>(i) * args.step.to_double());
      } else {
        out[i] = convert<T>(plus(args.start.to_int(), times(i, args.step.to_int())));
      }
    }
  });
}

}  // namespace

SY_KERNELS(arange, make_kernel<ArangeArgs, run>(kDeterministic));
