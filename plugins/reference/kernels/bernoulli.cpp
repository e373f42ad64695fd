#include "switchyard/sdk/ops/bernoulli.h"

#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/philox.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const BernoulliArgs& args) {
  const Rng rng = resolved(args.generator);
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < args.self.numel(); ++i) {
      const double u = uniform<float>(philox(rng.seed(), rng.offset(), i));
      args.result.template data<T>()[i] = T(u < static_cast<double>(args.self.template data<T>()[i]) ? 1.0f : 0.0f);
    }
  });
}

}  // namespace

SY_KERNELS(bernoulli, make_kernel<BernoulliArgs, run>(kDeterministic));
