#include "switchyard/sdk/ops/native_dropout.h"

#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/philox.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const NativeDropoutArgs& args) {
  const Rng rng = resolved(args.generator);
  return call.dispatch(Floating(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < args.self.numel(); ++i) {
      const double u = uniform<float>(philox(rng.seed(), rng.offset(), i));
      const bool kept = u >= args.p;
      const double x = static_cast<double>(args.self.template data<T>()[i]);
      args.mask.template data<bool>()[i] = kept;
      args.result.template data<T>()[i] = convert<T>(args.p >= 1 ? 0.0 : x * kept / (1 - args.p));
    }
  });
}

}  // namespace

SY_KERNELS(native_dropout, make_kernel<NativeDropoutArgs, run>(kDeterministic));
