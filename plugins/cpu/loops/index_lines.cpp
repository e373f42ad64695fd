#include "loops/index_lines.h"

#include "loops/grid.h"

namespace sy::cpu {

IndexLines::IndexLines(const sdk::Call& call, const sdk::Tensor& index, std::int64_t dim, const sdk::Tensor& first,
                       const sdk::Tensor& second) {
  const int ndim = index.ndim();
  if (ndim > kMaxDims) throw sdk::Error(SY_UNSUPPORTED, "the cpu kernel takes at most %d dimensions", kMaxDims);
  if (dim < 0) dim += ndim;
  for (int d = 0; d < ndim; ++d) (d < dim ? outer_ : d == dim ? size_ : inner_) *= index.size(d);
  memory_.emplace(call, static_cast<std::size_t>(2 * (outer_ + inner_) + 4));
  std::int64_t* at = memory_->data();
  const sdk::Tensor* tensors[2] = {&first, &second};
  for (int t = 0; t < 2; ++t) {
    const std::int64_t* const strides = operand(*tensors[t]).strides;
    outer_offsets_[t] = at;
    inner_offsets_[t] = at + outer_ + 1;
    at += outer_ + inner_ + 2;
    const std::int64_t* shape = operand(index).shape;
    const int axis = ndim == 0 ? 0 : static_cast<int>(dim);
    fill_offsets(shape, strides, 0, axis, const_cast<std::int64_t*>(outer_offsets_[t]));
    fill_offsets(shape, strides, std::min(axis + 1, ndim), ndim, const_cast<std::int64_t*>(inner_offsets_[t]));
    if (ndim > 0) steps_[t] = strides[axis];
  }
}

}  // namespace sy::cpu
