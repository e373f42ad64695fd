// The driver of softmax, log_softmax and their gradients: independent lines along one dimension.
#pragma once

#include "loops/pointwise.h"

namespace sy::cpu {

/// Functions of one compute type. `row` works on one contiguous line of n; `columns` on `width` neighbouring lines
/// whose elements lie `stride` apart.
struct LineFns {
  void (*row)(const void* const* in, void* out, std::int64_t n);
  void (*columns)(const void* const* in, void* out, std::int64_t n, std::int64_t width, std::int64_t stride);
};

/// `count` inputs of result's shape, along dim.
void run_lines(const sdk::Call& call, const sdk::Tensor* inputs, int count, const sdk::Tensor& result, std::int64_t dim,
               const LineFns& fns);

}  // namespace sy::cpu
