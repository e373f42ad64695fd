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
    lines.visit([&, to_step = lines.first_step(), from_step = lines.second_step()](
                    std::int64_t at, std::int64_t n, auto line, auto source, std::int64_t i, std::int64_t step) {
      const std::int64_t* const run = index.data() + at;
      const T* const values = from + i * from_step;
      T* const out = to;
      const std::int64_t distance = to_step;
      const std::int64_t stride = step * from_step;
      for (std::int64_t t = 0; t < n; ++t) {
        T& element = out[line(t) + run[t] * distance];
        element = wrap_add(element, values[source(t) + t * stride]);
      }
    });
  });
  result.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(scatter_add,
           sy::sdk::make_kernel<sy::sdk::ScatterAddArgs, sy::cpu::run_scatter_add>(sy::sdk::kDeterministic));
