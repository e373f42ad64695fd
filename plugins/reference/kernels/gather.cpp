#include "switchyard/sdk/ops/gather.h"

#include "../axis.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const GatherArgs& args) {
  const int dim = static_cast<int>(args.dim < 0 ? args.dim + args.self.ndim() : args.dim);
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < args.index.numel(); ++i) {
      const std::int64_t at = wrap_index(index_at(args.index, i), args.self.size(dim), dim, "index");
      std::vector<std::int64_t> source = unravel(i, args.index.shape());
      if (!source.empty()) source[dim] = at;
      args.result.template data<T>()[i] = args.self.template data<T>()[ravel(source, args.self.shape())];
    }
  });
}

}  // namespace

SY_KERNELS(gather, make_kernel<GatherArgs, run>(kDeterministic));
