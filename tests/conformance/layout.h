// Where a tensor's elements lie in its storage.
#pragma once

#include <string_view>
#include <vector>

#include "switchyard/testing/array.h"

namespace sy::testing {

enum class Layout { kContiguous, kTransposed, kStepped, kBroadcast, kNegative };
inline constexpr int kNumLayouts = 5;
std::string_view layout_name(Layout layout);

/// Makes values constant along the dimension that a broadcast layout repeats: the first of more than one element.
void make_broadcastable(Array& values);

/// A tensor on a device, and what its storage held when it was made.
struct Placed {
  TensorBase tensor;
  std::vector<std::byte> image;

  /// What of the storage has changed since, or "". With elements_too, the tensor's own elements count, else only what
  /// lies between and around them, which holds NaN (or 111, or true).
  std::string changes(bool elements_too) const;
};

/// Puts values on a device. For the broadcast layout they must be broadcastable.
Placed place(const Array& values, Device device, Layout layout);
/// A tensor of that shape whose elements hold garbage, for outputs.
Placed place_garbage(Dtype dtype, const std::vector<std::int64_t>& shape, Device device, Layout layout);
/// As place_garbage, contiguous, with a margin of bytes that all differ before and behind it in its storage.
Placed place_between_margins(Dtype dtype, const std::vector<std::int64_t>& shape, Device device);

}  // namespace sy::testing
