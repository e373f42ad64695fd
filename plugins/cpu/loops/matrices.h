// Operands of matrix products.
#pragma once

#include "loops/grid.h"

namespace sy::cpu {

/// A batch of matrices; strides in elements, any.
struct Matrices {
  char* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t batch_stride = 0;
  std::int64_t row_stride = 0;
  std::int64_t col_stride = 0;

  Matrices transposed() const { return {data, cols, rows, batch_stride, col_stride, row_stride}; }

  /// Strides that libraries take: a dense run along one dimension, no overlap.
  bool is_plain(std::int64_t batch) const {
    const bool by_rows = col_stride == 1 && row_stride >= cols;
    const bool by_cols = row_stride == 1 && col_stride >= rows;
    if (!by_rows && !by_cols) return false;
    const std::int64_t extent = by_rows ? row_stride * (rows - 1) + cols : col_stride * (cols - 1) + rows;
    return batch == 1 || batch_stride >= extent;
  }
};

}  // namespace sy::cpu
