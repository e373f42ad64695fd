#include "switchyard/sdk/ops/index_add.h"

#include "../accumulate.h"
#include "../axis.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

/// The result already holds self.
sy_status run(const Call& call, const IndexAddArgs& args) {
  const Axis from(args.source, args.dim);
  const Axis to(args.result, args.dim);
  const int dim = static_cast<int>(args.dim < 0 ? args.dim + args.result.ndim() : args.dim);
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    WideBuffer<T> sums(args.result);
    for (std::int64_t i = 0; i < from.size; ++i) {
      const std::int64_t at = wrap_index(index_at(args.index, i), to.size, dim, "index");
      for (std::int64_t o = 0; o < from.outer; ++o) {
        for (std::int64_t in = 0; in < from.inner; ++in) {
          sums.add(to.at(o, at, in), args.source.template data<T>()[from.at(o, i, in)]);
        }
      }
    }
    sums.store();
  });
}

}  // namespace

SY_KERNELS(index_add, make_kernel<IndexAddArgs, run>(kDeterministic));
