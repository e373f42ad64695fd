// Index operands.
#pragma once

#include "loops/scratch.h"

namespace sy::cpu {

/// An i64 or i32 tensor as checked, non-negative i64 in row-major order.
class Indices {
 public:
  /// Each index must lie in [-size, size), or [0, size) where negative ones are not allowed. Throws Error that names
  /// the index, `dim`, size and `argument`.
  Indices(const sdk::Call& call, const sdk::Tensor& tensor, std::int64_t size, int dim, const char* argument,
          bool allow_negative = true);

  std::int64_t operator[](std::int64_t i) const { return data_[i]; }
  const std::int64_t* data() const { return data_; }
  std::int64_t count() const { return count_; }

 private:
  Scratch<std::int64_t> memory_;
  const std::int64_t* data_;
  std::int64_t count_;
};

/// Offsets of every element of `shape` (row-major) in memory with `strides`: for dimensions [begin, end).
void fill_offsets(const std::int64_t* shape, const std::int64_t* strides, int begin, int end, std::int64_t* offsets);

}  // namespace sy::cpu
