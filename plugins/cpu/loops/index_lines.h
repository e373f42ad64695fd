// gather and scatter: an index tensor seen as lines along one dimension.
#pragma once

#include <optional>

#include "loops/indices.h"
#include "loops/parallel.h"

namespace sy::cpu {

/// Visits index element (o, i, k) of an index tensor (outer, size, inner) in lines that run along i, concurrently for
/// different (o, k).
class IndexLines {
 public:
  /// `index` along dim; offsets are made for `first` and `second` (contiguous tensors at least as large off dim; may be
  /// the same).
  IndexLines(const sdk::Call& call, const sdk::Tensor& index, std::int64_t dim, const sdk::Tensor& first,
             const sdk::Tensor& second);

  /// fn(position in index, offset of the line in first, offset in second, i): offsets lack the step along dim.
  template <class Fn>
  void visit(const Fn& fn) const {
    constexpr std::int64_t kWidth = 64;
    const std::int64_t blocks = (inner_ + kWidth - 1) / kWidth;
    parallel_for(outer_ * blocks, grain_for(size_ * std::min(kWidth, inner_)),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t block = begin; block < end; ++block) {
                     const std::int64_t o = block / blocks;
                     const std::int64_t from = block % blocks * kWidth;
                     const std::int64_t to = std::min(inner_, from + kWidth);
                     for (std::int64_t i = 0; i < size_; ++i) {
                       for (std::int64_t k = from; k < to; ++k) {
                         fn((o * size_ + i) * inner_ + k, outer_offsets_[0][o] + inner_offsets_[0][k],
                            outer_offsets_[1][o] + inner_offsets_[1][k], i);
                       }
                     }
                   }
                 });
  }

  /// Elements between neighbours along dim.
  std::int64_t first_step() const { return steps_[0]; }
  std::int64_t second_step() const { return steps_[1]; }

 private:
  std::int64_t outer_ = 1;
  std::int64_t size_ = 1;
  std::int64_t inner_ = 1;
  std::int64_t steps_[2] = {1, 1};
  const std::int64_t* outer_offsets_[2];
  const std::int64_t* inner_offsets_[2];
  std::optional<Scratch<std::int64_t>> memory_;
};

}  // namespace sy::cpu
