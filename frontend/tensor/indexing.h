// NumPy-style indexing: t[{0, Slice(1, 3), kEllipsis, kNewAxis, mask}].
#pragma once

#include <optional>
#include <variant>

#include "switchyard/ops/operators.h"

namespace sy {

/// start:stop:step. A negative step walks backwards, with the bounds meaning what they mean in NumPy.
struct Slice {
  std::optional<std::int64_t> start, stop;
  std::int64_t step = 1;
  Slice() = default;
  Slice(std::optional<std::int64_t> a, std::optional<std::int64_t> b, std::int64_t s = 1) : start(a), stop(b), step(s) {}
};

struct Ellipsis {};
struct NewAxis {};
inline constexpr Ellipsis kEllipsis{};
inline constexpr NewAxis kNewAxis{};

/// One entry of an index.
class Index {
 public:
  Index(int i) : value_(std::int64_t{i}) {}           // NOLINT: entries convert
  Index(std::int64_t i) : value_(i) {}                // NOLINT
  Index(Slice s) : value_(s) {}                       // NOLINT
  Index(Ellipsis e) : value_(e) {}                    // NOLINT
  Index(NewAxis n) : value_(n) {}                     // NOLINT
  Index(const Tensor& t) : value_(t) {}               // NOLINT
  const auto& value() const { return value_; }

 private:
  std::variant<std::int64_t, Slice, Ellipsis, NewAxis, Tensor> value_;
};

}  // namespace sy
