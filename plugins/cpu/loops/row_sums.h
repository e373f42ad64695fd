// Rows of one array added to the rows of another that an index names: gradients of embeddings, index_put.
#pragma once

#include "loops/scratch.h"

namespace sy::cpu {

/// Which sources belong to each target row, in order.
class RowGroups {
 public:
  enum class Rows {
    kAll,    // each row is a group, also one without sources
    kNamed,  // only rows that have sources
  };

  /// targets[i] in [0, rows) is the row of source i; sources of row `skip` belong nowhere.
  RowGroups(const sdk::Call& call, const std::int64_t* targets, std::int64_t count, std::int64_t rows, Rows which,
            std::int64_t skip = -1);

  std::int64_t count() const { return groups_; }
  std::int64_t sources() const { return begin_[groups_]; }
  std::int64_t row(std::int64_t group) const { return row_ != nullptr ? row_[group] : group; }
  const std::int64_t* begin(std::int64_t group) const { return order_ + begin_[group]; }
  const std::int64_t* end(std::int64_t group) const { return order_ + begin_[group + 1]; }

 private:
  void count_rows(const std::int64_t* targets, std::int64_t count, std::int64_t rows, std::int64_t skip);
  void sort_rows(const std::int64_t* targets, std::int64_t count);

  Scratch<std::int64_t> memory_;
  std::int64_t groups_ = 0;
  std::int64_t* order_;          // sources, group by group
  std::int64_t* begin_;          // where each group begins, and where the last one ends
  std::int64_t* row_ = nullptr;  // of each group; none: its number
};

/// Writes to each group's row the sum of its sources, rows of `width` elements; `onto`: and of what the row held. f16
/// and bf16 are added as float and rounded once. Additions keep the sources' order, whatever the threads. Arrays are
/// contiguous. Throws Error for a dtype that has no sum.
void sum_rows(const RowGroups& groups, std::uint32_t dtype, std::int64_t width, const void* sources, void* targets,
              bool onto);

}  // namespace sy::cpu
