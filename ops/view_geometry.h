// When a tensor can be seen with another shape without a copy.
#pragma once

#include "absl/status/status.h"
#include "switchyard/core/tensor_base.h"

namespace sy {

/// size with its -1 replaced, checked for the number of elements; *out is of no use after an error.
absl::Status infer_size(const IntArray& size, std::int64_t numel, Shape* out);
/// The strides under which t has this shape (of as many elements); false where only a copy would do.
bool view_strides(const TensorBase& t, const IntArray& shape, Shape* out);

}  // namespace sy
