// The rows of a tensor that index tensors over its first dimensions name.
#pragma once

#include "loops/indices.h"

namespace sy::cpu {

/// For k index tensors of one shape B over the first k dimensions of a contiguous tensor: which row of
/// shape[k:] elements each element of B names.
class IndexedRows {
 public:
  /// Throws Error for an index out of range.
  IndexedRows(const sdk::Call& call, const sdk::Tensor& tensor, const sdk::TensorList& indices);

  std::int64_t operator[](std::int64_t i) const { return rows_[i]; }
  const std::int64_t* data() const { return rows_; }
  std::int64_t count() const { return count_; }
  /// Elements per row.
  std::int64_t width() const { return width_; }

 private:
  std::int64_t count_;
  std::int64_t width_ = 1;
  Scratch<std::int64_t> memory_;
  const std::int64_t* rows_;
};

}  // namespace sy::cpu
