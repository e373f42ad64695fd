// The tensors one after the other along dim.
#include "switchyard/sdk/ops/cat.h"

#include <cstring>

#include "loops/axis.h"
#include "loops/pointwise.h"
#include "loops/scratch.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

struct Piece {
  const char* data;
  std::size_t bytes;  // of one row
};

// Contiguous tensors: row by row of the result.
void join_rows(const Call& call, const Axis& axis, const sdk::TensorList& tensors, const Tensor& result) {
  const std::int64_t item = item_size(result.dtype());
  const std::int64_t width = axis.size * axis.inner * item;
  const std::size_t count = tensors.size();
  Scratch<Piece> memory(call, count);
  Piece* pieces = memory.data();
  for (std::size_t i = 0; i < count; ++i) {
    const Operand from = operand(tensors[i]);
    pieces[i] = {from.data, static_cast<std::size_t>(numel(from) / axis.outer * item)};
  }
  parallel_for(axis.outer, grain_for(axis.size * axis.inner), [&](std::int64_t begin, std::int64_t end) {
    char* to = operand(result).data + begin * width;
    for (std::int64_t row = begin; row < end; ++row) {
      for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(to, pieces[i].data + static_cast<std::size_t>(row) * pieces[i].bytes, pieces[i].bytes);
        to += pieces[i].bytes;
      }
    }
  });
}

void run_cat(const Call& call, const sdk::CatArgs& args) {
  const Axis axis(args.result, args.dim);
  bool contiguous = axis.outer > 1 && args.result.is_contiguous();
  for (std::size_t i = 0; i < args.tensors.size(); ++i) contiguous = contiguous && args.tensors[i].is_contiguous();
  if (contiguous) return join_rows(call, axis, args.tensors, args.result);
  Operand to = operand(args.result);
  const int dim = static_cast<int>(args.dim < 0 ? args.dim + to.ndim : args.dim);
  for (std::size_t i = 0; i < args.tensors.size(); ++i) {
    const Operand from = operand(args.tensors[i]);
    if (numel(from) == 0) continue;
    Operand slice = to;
    slice.shape = from.shape;
    copy_elements(from, slice);
    to.data += from.shape[dim] * to.strides[dim] * static_cast<std::int64_t>(item_size(to.dtype));
  }
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(cat, sy::sdk::make_kernel<sy::sdk::CatArgs, sy::cpu::run_cat>(sy::sdk::kStrided | sy::sdk::kDeterministic));
