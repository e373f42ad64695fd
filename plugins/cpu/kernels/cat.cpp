// The tensors one after the other along dim.
#include "switchyard/sdk/ops/cat.h"

#include "loops/pointwise.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_cat(const Call&, const sdk::CatArgs& args) {
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
