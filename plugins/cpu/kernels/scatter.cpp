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
    lines.visit([&](std::int64_t at, std::int64_t line, std::int64_t source, std::int64_t i) {
      to[line + index[at] * lines.first_step()] = from[source + i * lines.second_step()];
    });
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(scatter, sy::sdk::make_kernel<sy::sdk::ScatterArgs, sy::cpu::run_scatter>(sy::sdk::kDeterministic));
