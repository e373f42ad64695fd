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
};

}  // namespace sy::cpu
