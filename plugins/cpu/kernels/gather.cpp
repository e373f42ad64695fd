// result[i][j] = self[index[i][j]][j] for dim 0, and likewise.
#include "switchyard/sdk/ops/gather.h"

#include "loops/grid.h"
#include "loops/index_lines.h"
#include "loops/move_dispatch.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_gather(const Call& call, const sdk::GatherArgs& args) {
  const int dim = static_cast<int>(args.dim < 0 ? args.dim + args.self.ndim() : args.dim);
  const Indices index(call, args.index, args.self.size(dim), dim, "index");
  const IndexLines lines(call, args.index, args.dim, args.self, args.self);
  visit_item(item_size(args.self.dtype()), [&](auto tag) {
    using U = typename decltype(tag)::type;
    const U* from = args.self.template data<U>();
    U* to = args.result.template data<U>();
    const std::int64_t step = lines.first_step();
    lines.visit([&](std::int64_t at, std::int64_t line, std::int64_t, std::int64_t) {
      to[at] = from[line + index[at] * step];
    });
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(gather, sy::sdk::make_kernel<sy::sdk::GatherArgs, sy::cpu::run_gather>(sy::sdk::kDeterministic));
