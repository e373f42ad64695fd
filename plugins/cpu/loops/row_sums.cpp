#include "loops/row_sums.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "loops/row_sums.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "hwy/highway.h"
// clang-format on

#include "loops/convert.h"
#include "loops/grid.h"
#include "loops/parallel.h"
#include "loops/types.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

// Columns that are summed together: they stay in the first-level cache.
constexpr std::int64_t kColumns = 1024;

template <class T>
HWY_INLINE void add_to(const T* from, T* to, std::int64_t n) {
  SY_IVDEP
  for (std::int64_t j = 0; j < n; ++j) to[j] = wrap_add(to[j], from[j]);
}

// Columns [at, at + n) of one group.
template <class T>
void sum_plain(const RowGroups& groups, std::int64_t group, std::int64_t width, std::int64_t at, std::int64_t n,
               const T* sources, T* targets, bool onto) {
  T* const to = targets + groups.row(group) * width + at;
  const std::int64_t* i = groups.begin(group);
  const std::int64_t* const end = groups.end(group);
  if (!onto && i == end) std::fill_n(to, n, T{0});
  if (!onto && i != end) std::copy_n(sources + *i++ * width + at, n, to);
  for (; i != end; ++i) add_to(sources + *i * width + at, to, n);
}

void sum_halves(const RowGroups& groups, std::int64_t group, std::uint32_t dtype, std::int64_t width, std::int64_t at,
                std::int64_t n, const std::uint16_t* sources, std::uint16_t* targets, bool onto) {
  std::uint16_t* const to = targets + groups.row(group) * width + at;
  const std::int64_t* i = groups.begin(group);
  const std::int64_t* const end = groups.end(group);
  if (end - i + (onto ? 1 : 0) < 2) return sum_plain(groups, group, width, at, n, sources, targets, onto);
  HWY_ALIGN float sum[kColumns];
  HWY_ALIGN float next[kColumns];
  half_to_float(dtype, onto ? to : sources + *i++ * width + at, sum, n);
  for (; i != end; ++i) {
    half_to_float(dtype, sources + *i * width + at, next, n);
    add_to(next, sum, n);
  }
  float_to_half(dtype, sum, to, n);
}

void sum_all(const RowGroups& groups, std::uint32_t dtype, std::int64_t width, const void* sources, void* targets,
             bool onto) {
  const std::int64_t parts = (width + kColumns - 1) / kColumns;
  const std::int64_t units = groups.count() * parts;
  const std::int64_t work = (groups.sources() * width + units) / std::max<std::int64_t>(1, units);
  const auto each = [&](const auto& sum) {
    parallel_for(units, grain_for(work), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t u = begin; u < end; ++u) {
        const std::int64_t at = u % parts * kColumns;
        sum(u / parts, at, std::min(kColumns, width - at));
      }
    });
  };
  if (is_half(dtype)) {
    return each([&](std::int64_t group, std::int64_t at, std::int64_t n) {
      sum_halves(groups, group, dtype, width, at, n, static_cast<const std::uint16_t*>(sources),
                 static_cast<std::uint16_t*>(targets), onto);
    });
  }
  visit_compute(dtype, AllTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    each([&](std::int64_t group, std::int64_t at, std::int64_t n) {
      sum_plain(groups, group, width, at, n, static_cast<const T*>(sources), static_cast<T*>(targets), onto);
    });
  });
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {

HWY_EXPORT(sum_all);

void sum_rows(const RowGroups& groups, std::uint32_t dtype, std::int64_t width, const void* sources, void* targets,
              bool onto) {
  HWY_DYNAMIC_DISPATCH(sum_all)(groups, dtype, width, sources, targets, onto);
}

namespace {

// Counting is linear in the rows: not worth it where few of many are named.
bool by_counting(RowGroups::Rows which, std::int64_t count, std::int64_t rows) {
  return which == RowGroups::Rows::kAll || rows / 8 <= count;
}

std::size_t room(bool counted, std::int64_t count, std::int64_t rows) {
  return static_cast<std::size_t>(counted ? count + rows + 1 : 3 * count + 1);
}

}  // namespace

RowGroups::RowGroups(const sdk::Call& call, const std::int64_t* targets, std::int64_t count, std::int64_t rows,
                     Rows which, std::int64_t skip)
    : memory_(call, room(by_counting(which, count, rows), count, rows)),
      order_(memory_.data()),
      begin_(memory_.data() + count) {
  if (by_counting(which, count, rows)) {
    count_rows(targets, count, rows, skip);
  } else {
    sort_rows(targets, count);
  }
}

void RowGroups::count_rows(const std::int64_t* targets, std::int64_t count, std::int64_t rows, std::int64_t skip) {
  groups_ = rows;
  std::fill_n(begin_, rows + 1, std::int64_t{0});
  for (std::int64_t i = 0; i < count; ++i) {
    if (targets[i] != skip) ++begin_[targets[i] + 1];
  }
  std::partial_sum(begin_, begin_ + rows + 1, begin_);
  // Each begin moves to its end while its sources are put down, and so becomes the next one's begin.
  for (std::int64_t i = 0; i < count; ++i) {
    if (targets[i] != skip) order_[begin_[targets[i]]++] = i;
  }
  std::copy_backward(begin_, begin_ + rows, begin_ + rows + 1);
  begin_[0] = 0;
}

void RowGroups::sort_rows(const std::int64_t* targets, std::int64_t count) {
  std::iota(order_, order_ + count, std::int64_t{0});
  std::sort(order_, order_ + count, [targets](std::int64_t a, std::int64_t b) {
    return targets[a] != targets[b] ? targets[a] < targets[b] : a < b;
  });
  row_ = begin_ + count + 1;
  for (std::int64_t i = 0; i < count; ++i) {
    if (i > 0 && targets[order_[i]] == targets[order_[i - 1]]) continue;
    begin_[groups_] = i;
    row_[groups_++] = targets[order_[i]];
  }
  begin_[groups_] = count;
}

}  // namespace sy::cpu
#endif
