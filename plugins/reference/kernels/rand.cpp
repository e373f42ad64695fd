#include "switchyard/sdk/ops/rand.h"

#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/philox.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const RandArgs& args) {
  const Rng rng = resolved(args.generator);
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < args.result.numel(); ++i) {
      args.result.template data<T>()[i] = uniform<T>(philox(rng.seed(), rng.offset(), i));
    }
  });
}

}  // namespace

SY_KERNELS(rand, make_kernel<RandArgs, run>(kDeterministic));
