#include "loops/softmax.h"

#include "loops/axis.h"
#include "loops/compute_copy.h"

namespace sy::cpu {

void run_lines(const sdk::Call& call, const sdk::Tensor* inputs, int count, const sdk::Tensor& result, std::int64_t dim,
               const LineFns& fns) {
  const Axis axis(result, dim);
  const std::int64_t item = item_size(compute_dtype(result.dtype()));
  std::optional<InputArray> arrays[2];
  for (int k = 0; k < count; ++k) arrays[k].emplace(call, inputs[k]);
  OutputArray out(call, result);
  const auto at = [&](const void** in, std::int64_t offset) {
    for (int k = 0; k < count; ++k) in[k] = arrays[k]->as<char>() + offset * item;
    return out.as<char>() + offset * item;
  };
  if (axis.inner == 1) {
    parallel_for(axis.outer, grain_for(axis.size * 4), [&](std::int64_t begin, std::int64_t end) {
      const void* in[2] = {};
      for (std::int64_t i = begin; i < end; ++i) {
        void* to = at(in, i * axis.size);
        fns.row(in, to, axis.size);
      }
    });
  } else {
    constexpr std::int64_t kWidth = 64;
    const std::int64_t blocks = (axis.inner + kWidth - 1) / kWidth;
    parallel_for(axis.outer * blocks, grain_for(axis.size * 4 * std::min(kWidth, axis.inner)),
                 [&](std::int64_t begin, std::int64_t end) {
                   const void* in[2] = {};
                   for (std::int64_t i = begin; i < end; ++i) {
                     const std::int64_t column = i % blocks * kWidth;
                     void* to = at(in, i / blocks * axis.size * axis.inner + column);
                     fns.columns(in, to, axis.size, std::min(kWidth, axis.inner - column), axis.inner);
                   }
                 });
  }
  out.store();
}

}  // namespace sy::cpu
