#include "switchyard/sdk/ops/index_select.h"

#include "../axis.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const IndexSelectArgs& args) {
  const Axis from(args.self, args.dim);
  const Axis to(args.result, args.dim);
  const int dim = static_cast<int>(args.dim < 0 ? args.dim + args.self.ndim() : args.dim);
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < to.size; ++i) {
      const std::int64_t at = wrap_index(index_at(args.index, i), from.size, dim, "index");
      for (std::int64_t o = 0; o < to.outer; ++o) {
        for (std::int64_t in = 0; in < to.inner; ++in) {
          args.result.template data<T>()[to.at(o, i, in)] = args.self.template data<T>()[from.at(o, at, in)];
        }
      }
    }
  });
}

}  // namespace

SY_KERNELS(index_select, make_kernel<IndexSelectArgs, run>(kDeterministic));
