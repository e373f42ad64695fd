// Which row of a tensor several index tensors name together.
#pragma once

#include <cstdint>

#include "axis.h"

namespace sy::reference {

/// The row, counted over the first indices.size() dimensions of shape, that element i of the indices names. Throws
/// Error.
inline std::int64_t named_row(const sdk::TensorList& indices, std::int64_t i, sdk::Ints shape) {
  std::int64_t row = 0;
  for (std::size_t d = 0; d < indices.size(); ++d) {
    row = row * shape[d] + wrap_index(index_at(indices[d], i), shape[d], static_cast<int>(d), "indices");
  }
  return row;
}

/// Elements of one such row.
inline std::int64_t row_length(const sdk::TensorList& indices, sdk::Ints shape) {
  std::int64_t n = 1;
  for (std::size_t d = indices.size(); d < shape.size(); ++d) n *= shape[d];
  return n;
}

}  // namespace sy::reference
