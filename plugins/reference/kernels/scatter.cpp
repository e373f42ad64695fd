#include "switchyard/sdk/ops/scatter.h"

#include "../axis.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

/// The result already holds self. The last of several values for one element stands.
sy_status run(const Call& call, const ScatterArgs& args) {
  const int dim = static_cast<int>(args.dim < 0 ? args.dim + args.result.ndim() : args.dim);
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < args.index.numel(); ++i) {
      const std::int64_t at = wrap_index(index_at(args.index, i), args.result.size(dim), dim, "index");
      std::vector<std::int64_t> position = unravel(i, args.index.shape());
      const std::int64_t from = ravel(position, args.src.shape());
      if (!position.empty()) position[dim] = at;
      args.result.template data<T>()[ravel(position, args.result.shape())] = args.src.template data<T>()[from];
    }
  });
}

}  // namespace

SY_KERNELS(scatter, make_kernel<ScatterArgs, run>(kDeterministic));
