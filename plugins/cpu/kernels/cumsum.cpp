// Running sum along dim; floating values are summed in f64, integers and bool in i64.
#include "switchyard/sdk/ops/cumsum.h"

#include <algorithm>

#include "loops/axis.h"
#include "loops/compute_copy.h"
#include "loops/parallel.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

template <class T, class R>
void sum_lines(const Axis& axis, const T* x, R* out) {
  using Acc = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;
  constexpr std::int64_t kWidth = 64;
  const std::int64_t blocks = (axis.inner + kWidth - 1) / kWidth;
  parallel_for(axis.outer * blocks, grain_for(axis.size * std::min(kWidth, axis.inner)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t block = begin; block < end; ++block) {
                   const std::int64_t column = block % blocks * kWidth;
                   const std::int64_t width = std::min(kWidth, axis.inner - column);
                   const std::int64_t base = block / blocks * axis.size * axis.inner + column;
                   Acc sums[kWidth] = {};
                   for (std::int64_t i = 0; i < axis.size; ++i) {
                     const T* from = x + base + i * axis.inner;
                     R* to = out + base + i * axis.inner;
                     for (std::int64_t k = 0; k < width; ++k) {
                       sums[k] = wrap_add(sums[k], static_cast<Acc>(from[k]));
                       to[k] = static_cast<R>(sums[k]);
                     }
                   }
                 }
               });
}

void run_cumsum(const Call& call, const sdk::CumsumArgs& args) {
  const Axis axis(args.self, args.dim);
  const InputArray self(call, args.self);
  OutputArray result(call, args.result);
  visit_compute(args.self.dtype(), AllTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using R = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;
    sum_lines(axis, self.as<T>(), result.as<R>());
  });
  result.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(cumsum,
           sy::sdk::make_kernel<sy::sdk::CumsumArgs, sy::cpu::run_cumsum>(sy::sdk::kStrided | sy::sdk::kDeterministic));
