// self with source added at the 1-d index along dim.
#include "switchyard/sdk/ops/index_add.h"

#include "loops/axis.h"
#include "loops/compute_copy.h"
#include "loops/indices.h"
#include "loops/parallel.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

// Columns in parallel, so that repeated indices meet in order.
template <class T>
void add_slices(const Axis& axis, const Indices& index, const T* source, T* out) {
  const auto column_range = [&](std::int64_t o, std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = 0; i < index.count(); ++i) {
      const T* from = source + (o * index.count() + i) * axis.inner;
      T* to = out + (o * axis.size + index[i]) * axis.inner;
      SY_IVDEP
      for (std::int64_t k = begin; k < end; ++k) to[k] = wrap_add(to[k], from[k]);
    }
  };
  if (axis.outer > 1) {
    parallel_for(axis.outer, grain_for(index.count() * axis.inner), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = begin; o < end; ++o) column_range(o, 0, axis.inner);
    });
  } else {
    parallel_for(
        axis.inner, grain_for(index.count()),
        [&](std::int64_t begin, std::int64_t end) { column_range(0, begin, end); }, 16);
  }
}

void run_index_add(const Call& call, const sdk::IndexAddArgs& args) {
  const Axis axis(args.result, args.dim);
  const int dim = static_cast<int>(args.dim < 0 ? args.dim + args.result.ndim() : args.dim);
  const Indices index(call, args.index, axis.size, dim, "index");
  const InputArray source(call, args.source);
  OutputArray result(call, args.result);
  result.load();
  visit_compute(call.t(0), AllTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    add_slices(axis, index, source.as<T>(), result.as<T>());
  });
  result.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(index_add, sy::sdk::make_kernel<sy::sdk::IndexAddArgs, sy::cpu::run_index_add>(sy::sdk::kDeterministic));
