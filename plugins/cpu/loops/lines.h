// Tensors of one shape as lines along one dimension, in any layout and dtype.
#pragma once

#include "loops/grid.h"

namespace sy::cpu {

/// Neighbouring lines of one tensor. Steps in bytes.
struct LineGroup {
  char* data;
  std::uint32_t dtype;
  std::int64_t count;      // lines
  std::int64_t size;       // elements of each
  std::int64_t line_step;  // between lines
  std::int64_t step;       // along them

  /// Do the elements lie as in a dense array of the compute dtype?
  bool plain() const { return !is_half(dtype) && step == static_cast<std::int64_t>(item_size(dtype)); }
  /// Copies to, and from, lines that follow each other, of the compute dtype (f32 for f16 and bf16).
  void load(void* to) const;
  void store(const void* from) const;
};

/// The lines of up to kMaxOperands tensors of equal shape, in groups that suit the layout of the last one.
class Lines {
 public:
  /// dim may be negative; a 0-d tensor is one line of one element. Groups have at most `width` lines. Throws Error for
  /// too many dimensions.
  Lines(const sdk::Tensor* tensors, int count, std::int64_t dim, std::int64_t width);

  std::int64_t size() const { return size_; }
  std::int64_t groups() const { return grid_.numel / row_ * row_groups_; }
  LineGroup group(int tensor, std::int64_t index) const;

 private:
  Grid grid_;  // of the other dimensions
  std::uint32_t dtypes_[kMaxOperands];
  std::int64_t steps_[kMaxOperands];
  std::int64_t size_ = 1;
  std::int64_t width_;
  std::int64_t row_;
  std::int64_t row_groups_;
};

}  // namespace sy::cpu
