// Geometry of contiguous tensors.
#pragma once

#include <cstdint>
#include <vector>

#include "switchyard/sdk/call.h"

namespace sy::reference {

/// A contiguous tensor seen along one dimension: outer runs of size rows of inner elements.
struct Axis {
  std::int64_t outer = 1;
  std::int64_t size = 1;
  std::int64_t inner = 1;

  Axis(const sdk::Tensor& t, std::int64_t dim) {
    if (t.ndim() == 0) return;
    const int axis = static_cast<int>(dim < 0 ? dim + t.ndim() : dim);
    for (int d = 0; d < axis; ++d) outer *= t.size(d);
    size = t.size(axis);
    for (int d = axis + 1; d < t.ndim(); ++d) inner *= t.size(d);
  }
  /// Position of element i of the run (o, in).
  std::int64_t at(std::int64_t o, std::int64_t i, std::int64_t in) const { return (o * size + i) * inner + in; }
};

/// The multi-index of the element at a row-major position.
inline std::vector<std::int64_t> unravel(std::int64_t position, sdk::Ints shape) {
  std::vector<std::int64_t> index(shape.size());
  for (std::size_t d = shape.size(); d-- > 0;) {
    index[d] = position % shape[d];
    position /= shape[d];
  }
  return index;
}

/// The row-major position of a multi-index.
inline std::int64_t ravel(const std::vector<std::int64_t>& index, sdk::Ints shape) {
  std::int64_t position = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) position = position * shape[d] + index[d];
  return position;
}

/// Element i of a contiguous tensor of i64 or i32.
inline std::int64_t index_at(const sdk::Tensor& index, std::int64_t i) {
  return index.dtype() == SY_I32 ? index.data<std::int32_t>()[i] : index.data<std::int64_t>()[i];
}

/// index, counted from the end where negative. Throws Error where it lies outside dimension dim of that size.
inline std::int64_t wrap_index(std::int64_t index, std::int64_t size, int dim, const char* argument) {
  if (index < -size || index >= size) {
    throw sdk::Error(SY_OUT_OF_RANGE, "index %lld is out of range for dimension %d of size %lld (argument %s)",
                     static_cast<long long>(index), dim, static_cast<long long>(size), argument);
  }
  return index < 0 ? index + size : index;
}

/// Element d of an int[2] parameter, where one value stands for both.
inline std::int64_t pair_at(sdk::Ints values, int d) { return values.size() == 1 ? values[0] : values[d]; }

}  // namespace sy::reference
