#include "loops/softmax.h"

#include <algorithm>

#include "loops/axis.h"
#include "loops/lines.h"
#include "loops/scratch.h"

namespace sy::cpu {

namespace {

// f16, bf16 and layouts other than row-major, a few lines at a time.
void run_copied_lines(const sdk::Call& call, const sdk::Tensor* tensors, int count, std::int64_t dim, std::int64_t size,
                      const LineFns& fns) {
  // Lines that are runs of memory need no neighbours, and few of them stay in the nearest cache.
  bool runs = true;
  for (int k = 0; k < count && size > 1; ++k) {
    runs = runs && tensors[k].stride(static_cast<int>(dim < 0 ? dim + tensors[k].ndim() : dim)) == 1;
  }
  const std::int64_t width = std::clamp<std::int64_t>((runs ? 4 : 128) * kBlock / size, 1, 32);
  const Lines lines(tensors, count, dim, width);
  const std::int64_t item = item_size(compute_dtype(tensors[0].dtype()));
  const std::int64_t room = width * size * item;
  const std::int64_t groups = lines.groups();
  const std::int64_t parts = groups * width * size * 4 > kGrain ? std::min<std::int64_t>(num_threads(), groups) : 1;
  Scratch<char> memory(call, static_cast<std::size_t>(parts * count * room));
  const int out = count - 1;
  parallel_for(parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      char* copies = memory.data() + part * count * room;
      for (std::int64_t g = groups * part / parts; g < groups * (part + 1) / parts; ++g) {
        char* data[3];
        std::int64_t step[3];
        for (int k = 0; k < count; ++k) {
          const LineGroup group = lines.group(k, g);
          data[k] = group.plain() ? group.data : copies + k * room;
          step[k] = group.plain() ? group.line_step : size * item;
          if (k < out && !group.plain()) group.load(data[k]);
        }
        const LineGroup target = lines.group(out, g);
        for (std::int64_t line = 0; line < target.count; ++line) {
          const void* in[2] = {};
          for (int k = 0; k < out; ++k) in[k] = data[k] + line * step[k];
          fns.row(in, data[out] + line * step[out], size);
        }
        if (!target.plain()) target.store(data[out]);
      }
    }
  });
}

bool plain(const sdk::Tensor& t) { return t.is_contiguous() && !is_half(t.dtype()); }

}  // namespace

void run_lines(const sdk::Call& call, const sdk::Tensor* inputs, int count, const sdk::Tensor& result, std::int64_t dim,
               const LineFns& fns) {
  if (result.numel() == 0) return;
  const Axis axis(result, dim);
  const std::int64_t item = item_size(compute_dtype(result.dtype()));
  sdk::Tensor tensors[3];
  bool contiguous = plain(result);
  for (int k = 0; k < count; ++k) {
    tensors[k] = inputs[k];
    contiguous = contiguous && plain(inputs[k]);
  }
  tensors[count] = result;
  if (!contiguous) return run_copied_lines(call, tensors, count + 1, dim, axis.size, fns);
  const auto at = [&](const void** in, std::int64_t offset) {
    for (int k = 0; k < count; ++k) in[k] = operand(inputs[k]).data + offset * item;
    return operand(result).data + offset * item;
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
}

}  // namespace sy::cpu
