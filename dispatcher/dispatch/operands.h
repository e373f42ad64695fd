// Operands of a pointwise kernel: one shape, broadcast strides, merged dimensions.
#pragma once

#include "absl/container/inlined_vector.h"
#include "switchyard/core/tensor_base.h"

namespace sy {

/// The iteration space of several operands.
struct Iteration {
  Shape shape;
  absl::InlinedVector<Shape, 4> strides;  // per operand, in elements
};

/// Broadcasts every operand to shape and merges neighbouring dimensions, so that the usual case has one. operands[0]
/// is the result; its strides decide the order of the dimensions.
Iteration merge_dimensions(const IntArray& shape, absl::Span<const TensorBase* const> operands);

/// The strides of a dense tensor of t's shape whose dimensions follow each other in memory as t's do. False for a t that
/// is expanded: it has no order to follow.
bool dense_strides_like(const TensorBase& t, Shape* strides);

/// Broadcast strides of t in shape; t's shape is known to fit.
Shape broadcast_strides(const TensorBase& t, const IntArray& shape);

}  // namespace sy
