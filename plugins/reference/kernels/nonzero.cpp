#include "switchyard/sdk/ops/nonzero.h"

#include "../axis.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const NonzeroArgs& args) {
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<std::int64_t> positions;
    for (std::int64_t i = 0; i < args.self.numel(); ++i) {
      if (args.self.template data<T>()[i] != T(0)) positions.push_back(i);
    }
    const auto count = static_cast<std::int64_t>(positions.size());
    const Tensor result = call.alloc_output(0, SY_I64, {count, args.self.ndim()});
    auto* out = result.data<std::int64_t>();
    for (const std::int64_t position : positions) {
      for (const std::int64_t i : unravel(position, args.self.shape())) *out++ = i;
    }
  });
}

}  // namespace

SY_KERNELS(nonzero, make_kernel<NonzeroArgs, run>(kDeterministic));
