// NumPy-style indexing: t[{0, Slice(1, 3), kEllipsis, kNewAxis, mask}].
#pragma once

#include <concepts>
#include <optional>
#include <variant>

#include "switchyard/ops/tensor.h"

namespace sy {

/// start:stop:step. A negative step walks backwards, with the bounds meaning what they mean in NumPy.
struct Slice {
  std::optional<std::int64_t> start, stop;
  std::int64_t step = 1;
  Slice() = default;
  Slice(std::optional<std::int64_t> a, std::optional<std::int64_t> b, std::int64_t s = 1)
      : start(a), stop(b), step(s) {}
};

struct Ellipsis {};
struct NewAxis {};
inline constexpr Ellipsis kEllipsis{};
inline constexpr NewAxis kNewAxis{};

/// One entry of an index. Ints, slices, the ellipsis and new axes make views, taken first; masks and i64 or i32 tensors
/// then gather what is left, by NumPy's rules. An int beside a tensor is therefore no further tensor: as in PyTorch.
class Index {
 public:
  template <std::integral T>
  requires(!std::is_same_v<T, bool>) Index(T i) : value_(static_cast<std::int64_t>(i)) {}  // NOLINT: entries convert
  Index(Slice s) : value_(s) {}                                                            // NOLINT
  Index(Ellipsis e) : value_(e) {}                                                         // NOLINT
  Index(NewAxis n) : value_(n) {}                                                          // NOLINT
  Index(const Tensor& t) : value_(t) {}                                                    // NOLINT
  const auto& value() const { return value_; }

 private:
  std::variant<std::int64_t, Slice, Ellipsis, NewAxis, Tensor> value_;
};

}  // namespace sy
