// When a tensor can be seen with another shape without a copy.
#pragma once

#include "absl/status/status.h"
#include "switchyard/core/tensor_base.h"

namespace sy {

/// Replaces a -1 in size and checks the number of elements.
absl::Status infer_size(IntArray size, std::int64_t numel, Shape* out);
/// The strides under which t has this shape (of as many elements); false where only a copy would do.
bool view_strides(const TensorBase& t, IntArray shape, Shape* out);

}  // namespace sy
