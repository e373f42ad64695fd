#include "switchyard/sdk/ops/randint.h"

#include "../compute.h"
#include "switchyard/sdk/philox.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const RandintArgs& args) {
  const Rng rng = resolved(args.generator);
  const std::uint64_t range = static_cast<std::uint64_t>(args.high) - static_cast<std::uint64_t>(args.low);
  return call.dispatch(Numeric(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < args.result.numel(); ++i) {
      const std::uint64_t step = philox_high(philox(rng.seed(), rng.offset(), i)) % range;
      args.result.template data<T>()[i] = convert<T>(sy::reference::plus(args.low, static_cast<std::int64_t>(step)));
    }
  });
}

}  // namespace

SY_KERNELS(randint, make_kernel<RandintArgs, run>(kDeterministic));
