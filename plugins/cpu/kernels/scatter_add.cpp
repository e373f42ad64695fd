// self with src[i][j] added to result[index[i][j]][j] for dim 0, and likewise; logical or for bool.
#include "switchyard/sdk/ops/scatter_add.h"

#include "loops/compute_copy.h"
#include "loops/index_lines.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_scatter_add(const Call& call, const sdk::ScatterAddArgs& args) {
  const int dim = static_cast<int>(args.dim < 0 ? args.dim + args.result.ndim() : args.dim);
  const Indices index(call, args.index, args.result.size(dim), dim, "index");
  const IndexLines lines(call, args.index, args.dim, args.result, args.src);
  const InputArray src(call, args.src);
  OutputArray result(call, args.result);
  result.load();
  visit_compute(call.t(0), AllTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* from = src.as<T>();
    T* to = result.as<T>();
    lines.visit([&](std::int64_t at, std::int64_t line, std::int64_t source, std::int64_t i) {
      T& element = to[line + index[at] * lines.first_step()];
      element = wrap_add(element, from[source + i * lines.second_step()]);
    });
  });
  result.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(scatter_add,
           sy::sdk::make_kernel<sy::sdk::ScatterAddArgs, sy::cpu::run_scatter_add>(sy::sdk::kDeterministic));
