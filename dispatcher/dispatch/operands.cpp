#include "switchyard/dispatch/operands.h"

#include <algorithm>
#include <cstdlib>

namespace sy {

Shape broadcast_strides(const TensorBase& t, IntArray shape) {
  Shape strides(shape.size(), 0);
  std::size_t skip = shape.size() - static_cast<std::size_t>(t.dim());
  for (std::size_t d = skip; d < shape.size(); ++d) {
    strides[d] = t.shape()[d - skip] == 1 ? 0 : t.strides()[d - skip];
  }
  return strides;
}

Iteration merge_dimensions(IntArray shape, absl::Span<const TensorBase* const> operands) {
  absl::InlinedVector<Shape, 4> full;
  for (const TensorBase* t : operands) full.push_back(broadcast_strides(*t, shape));
  SmallVector<int, 8> order;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] != 1) order.push_back(static_cast<int>(d));
  }
  // Walk the result's memory forwards: largest stride outermost. Insertion sort keeps equal ones in logical order.
  for (std::size_t i = 1; i < order.size(); ++i) {
    for (std::size_t j = i; j > 0 && std::abs(full[0][order[j]]) > std::abs(full[0][order[j - 1]]); --j) {
      std::swap(order[j], order[j - 1]);
    }
  }
  Iteration it;
  it.strides.resize(operands.size());
  for (int d : order) {
    bool merges = !it.shape.empty();
    for (std::size_t k = 0; merges && k < operands.size(); ++k) {
      merges = it.strides[k].back() == full[k][d] * shape[d];
    }
    if (merges) {
      it.shape.back() *= shape[d];
      for (std::size_t k = 0; k < operands.size(); ++k) it.strides[k].back() = full[k][d];
    } else {
      it.shape.push_back(shape[d]);
      for (std::size_t k = 0; k < operands.size(); ++k) it.strides[k].push_back(full[k][d]);
    }
  }
  return it;
}

}  // namespace sy
