// gather and scatter: an index tensor seen as lines along one dimension.
#pragma once

#include <optional>

#include "loops/indices.h"
#include "loops/parallel.h"

namespace sy::cpu {

/// The elements of an index tensor (outer, size, inner) in runs, and where they belong in two other tensors.
class IndexLines {
 public:
  /// Offsets, without the step along dim, of the elements t of a run: all on one line, or one line each.
  struct OneLine {
    std::int64_t base;
    std::int64_t operator()(std::int64_t) const { return base; }
  };
  struct ManyLines {
    std::int64_t base;
    const std::int64_t* offsets;
    std::int64_t operator()(std::int64_t t) const { return base + offsets[t]; }
  };

  /// The elements of `index` in row-major order, along dim; offsets are made for `first` and `second` (tensors at least as large off dim; may be
  /// the same).
  IndexLines(const sdk::Call& call, const sdk::Tensor& index, std::int64_t dim, const sdk::Tensor& first,
             const sdk::Tensor& second);

  /// fn(at, n, first, second, i, step): elements at + t of index for t in [0, n) lie at position i + t * step along dim
  /// and at offsets first(t) and second(t). Along dim in order; concurrently for different lines.
  template <class Fn>
  void visit(const Fn& fn) const {
    constexpr std::int64_t kWidth = 64;
    const std::int64_t blocks = (inner_ + kWidth - 1) / kWidth;
    parallel_for(outer_ * blocks, grain_for(size_ * std::min(kWidth, inner_)),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t block = begin; block < end; ++block) {
                     const std::int64_t o = block / blocks;
                     const std::int64_t first = outer_offsets_[0][o];
                     const std::int64_t second = outer_offsets_[1][o];
                     if (inner_ == 1) {
                       fn(o * size_, size_, OneLine{first}, OneLine{second}, std::int64_t{0}, std::int64_t{1});
                       continue;
                     }
                     const std::int64_t from = block % blocks * kWidth;
                     const std::int64_t n = std::min(inner_ - from, kWidth);
                     for (std::int64_t i = 0; i < size_; ++i) {
                       fn((o * size_ + i) * inner_ + from, n, ManyLines{first, inner_offsets_[0] + from},
                          ManyLines{second, inner_offsets_[1] + from}, i, std::int64_t{0});
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
