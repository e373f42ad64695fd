#include "switchyard/dispatch/operands.h"

#include <algorithm>
#include <cstdlib>

namespace sy {

Shape broadcast_strides(const TensorBase& t, const IntArray& shape) {
  Shape strides(shape.size(), 0);
  std::size_t skip = shape.size() - static_cast<std::size_t>(t.dim());
  for (std::size_t d = skip; d < shape.size(); ++d) {
    strides[d] = t.shape()[d - skip] == 1 ? 0 : t.strides()[d - skip];
  }
  return strides;
}

bool dense_strides_like(const TensorBase& t, Shape* strides) {
  IntArray shape = t.shape(), given = t.strides();
  SmallVector<std::size_t, 6> order;  // outermost first
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] > 1 && given[d] == 0) return false;
    order.push_back(d);
  }
  // Where a dimension has one index its stride says nothing: it stays where it is.
  for (std::size_t i = 1; i < order.size(); ++i) {
    for (std::size_t j = i; j > 0; --j) {
      std::size_t a = order[j - 1], b = order[j];
      if (shape[a] == 1 || shape[b] == 1 || std::abs(given[b]) <= std::abs(given[a])) break;
      std::swap(order[j - 1], order[j]);
    }
  }
  *strides = Shape(shape.size(), 1);
  std::int64_t stride = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    (*strides)[order[i]] = stride;
    stride *= std::max<std::int64_t>(shape[order[i]], 1);
  }
  return true;
}

Iteration merge_dimensions(const IntArray& shape, absl::Span<const TensorBase* const> operands) {
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
