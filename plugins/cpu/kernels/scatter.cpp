// self with result[index[i][j]][j] = src[i][j] for dim 0, and likewise; the last of several values stands.
#include "switchyard/sdk/ops/scatter.h"

#include "loops/grid.h"
#include "loops/index_lines.h"
#include "loops/move_dispatch.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_scatter(const Call& call, const sdk::ScatterArgs& args) {
  const int dim = static_cast<int>(args.dim < 0 ? args.dim + args.result.ndim() : args.dim);
  const Indices index(call, args.index, args.result.size(dim), dim, "index");
  const IndexLines lines(call, args.index, args.dim, args.result, args.src);
  visit_item(item_size(args.result.dtype()), [&](auto tag) {
    using U = typename decltype(tag)::type;
    const U* from = args.src.template data<U>();
    U* to = args.result.template data<U>();
    lines.visit([&, to_step = lines.first_step(), from_step = lines.second_step()](
                    std::int64_t at, std::int64_t n, auto line, auto source, std::int64_t i, std::int64_t step) {
      const std::int64_t* const run = index.data() + at;
      const U* const values = from + i * from_step;
      U* const out = to;
      const std::int64_t distance = to_step;
      const std::int64_t stride = step * from_step;
      for (std::int64_t t = 0; t < n; ++t) out[line(t) + run[t] * distance] = values[source(t) + t * stride];
    });
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(scatter, sy::sdk::make_kernel<sy::sdk::ScatterArgs, sy::cpu::run_scatter>(sy::sdk::kDeterministic));
