// Stable orders along a dimension.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "axis.h"
#include "switchyard/sdk/dtype.h"

namespace sy::reference {

/// a before b in ascending order; NaN is the largest.
template <typename T>
bool before(T a, T b) {
  return a < b || (!sdk::is_nan(a) && sdk::is_nan(b));
}

/// Where the elements of one run of data come from when it is sorted stably.
template <typename T>
std::vector<std::int64_t> sorted_run(const T* data, const Axis& axis, std::int64_t outer, std::int64_t inner,
                                     bool descending) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(axis.size));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t i, std::int64_t j) {
    const T a = data[axis.at(outer, i, inner)];
    const T b = data[axis.at(outer, j, inner)];
    return descending ? before(b, a) : before(a, b);
  });
  return order;
}

/// Writes the first elements of each sorted run of self, as many as values has along dim, and where they came from.
template <typename T>
void sort_into(const sdk::Tensor& self, std::int64_t dim, bool descending, const sdk::Tensor& values,
               const sdk::Tensor& indices) {
  const Axis from(self, dim);
  const Axis to(values, dim);
  for (std::int64_t o = 0; o < from.outer; ++o) {
    for (std::int64_t in = 0; in < from.inner; ++in) {
      const std::vector<std::int64_t> order = sorted_run(self.data<T>(), from, o, in, descending);
      for (std::int64_t i = 0; i < to.size; ++i) {
        values.data<T>()[to.at(o, i, in)] = self.data<T>()[from.at(o, order[i], in)];
        indices.data<std::int64_t>()[to.at(o, i, in)] = order[i];
      }
    }
  }
}

}  // namespace sy::reference
