#include "switchyard/sdk/ops/tril.h"

#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const TrilArgs& args) {
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = args.self.template data<T>();
    T* out = args.result.template data<T>();
    const std::int64_t rows = args.self.size(-2);
    const std::int64_t columns = args.self.size(-1);
    for (std::int64_t i = 0; i < args.self.numel(); ++i) {
      const std::int64_t r = i / columns % rows;
      const std::int64_t c = i % columns;
      out[i] = c - r <= args.diagonal ? in[i] : T{};
    }
  });
}

}  // namespace

SY_KERNELS(tril, make_kernel<TrilArgs, run>(kDeterministic));
