// A contiguous tensor seen along one dimension.
#pragma once

#include <cstdint>

#include "switchyard/sdk/call.h"

namespace sy::opencl {

/// outer runs of size rows of inner elements; a 0-d tensor is one row of one element.
struct Axis {
  std::int64_t outer = 1;
  std::int64_t size = 1;
  std::int64_t inner = 1;
  int dim = 0;

  Axis(const sdk::Tensor& t, std::int64_t given) {
    if (t.ndim() == 0) return;
    dim = static_cast<int>(given < 0 ? given + t.ndim() : given);
    for (int d = 0; d < dim; ++d) outer *= t.size(d);
    size = t.size(dim);
    for (int d = dim + 1; d < t.ndim(); ++d) inner *= t.size(d);
  }
};

}  // namespace sy::opencl
