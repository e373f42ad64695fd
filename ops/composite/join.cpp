#include "switchyard/ops/gen/join_composite.h"
#include "switchyard/ops/operators.h"

namespace sy::composite {

std::vector<Tensor> cat_backward(const Tensor& grad, TensorList tensors, std::int64_t dim) {
  std::vector<Tensor> parts;
  std::int64_t at = 0;
  for (const Tensor& t : tensors) {
    std::int64_t n = t.size(dim);
    Tensor part = sy::slice(grad, dim, at, at + n);
    parts.push_back(part.dtype() == t.dtype() ? part : sy::cast(part, t.dtype()));
    at += n;
  }
  return parts;
}

Tensor stack(TensorList tensors, std::int64_t dim) {
  require(!tensors.empty(), "stack: argument tensors: the list is empty");
  std::vector<Tensor> wide;
  for (const Tensor& t : tensors) {
    require(t.shape() == tensors[0].shape(), "stack: argument tensors: all sizes must agree, got ",
            shape_str(t.shape()), " and ", shape_str(tensors[0].shape()));
    wide.push_back(sy::unsqueeze(t, dim));
  }
  std::int64_t d = dim < 0 ? dim + tensors[0].dim() + 1 : dim;
  return sy::cat(wide, d);
}

}  // namespace sy::composite
