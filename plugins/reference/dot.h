// Inner products.
#pragma once

#include <cstdint>

#include "compute.h"

namespace sy::reference {

/// Sum of a[i * a_stride] * b[i * b_stride] over n elements, in f64 or wrapping i64.
template <typename T>
Wide<T> dot(const T* a, std::int64_t a_stride, const T* b, std::int64_t b_stride, std::int64_t n) {
  Wide<T> sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum = plus(sum, times(widen(a[i * a_stride]), widen(b[i * b_stride])));
  return sum;
}

}  // namespace sy::reference
