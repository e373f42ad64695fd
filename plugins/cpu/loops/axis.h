// A contiguous tensor seen along one dimension: (outer, size, inner).
#pragma once

#include "loops/grid.h"

namespace sy::cpu {

struct Axis {
  std::int64_t outer = 1;
  std::int64_t size = 1;
  std::int64_t inner = 1;

  /// dim may be negative; a 0-d tensor has one element along it.
  Axis(const sdk::Tensor& t, std::int64_t dim) {
    if (t.ndim() == 0) return;
    if (dim < 0) dim += t.ndim();
    for (int d = 0; d < t.ndim(); ++d) (d < dim ? outer : d == dim ? size : inner) *= t.size(d);
  }
  std::int64_t numel() const { return outer * size * inner; }
};

}  // namespace sy::cpu
