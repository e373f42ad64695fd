// A number that remembers whether it is a bool, an integer or a float.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>

#include "switchyard/abi/types.h"
#include "switchyard/core/dtype.h"

namespace sy {

/// Same layout as sy_scalar.
class Scalar {
 public:
  Scalar() : Scalar(0) {}
  Scalar(bool v) : value_{SY_SCALAR_BOOL, 0, v, double(v)} {}  // NOLINT: numbers convert
  template <std::integral T>
  Scalar(T v) : value_{SY_SCALAR_INT, 0, static_cast<std::int64_t>(v), static_cast<double>(v)} {}  // NOLINT
  template <std::floating_point T>
  Scalar(T v) : value_{SY_SCALAR_FLOAT, 0, 0, static_cast<double>(v)} {}  // NOLINT

  bool is_bool() const { return value_.kind == SY_SCALAR_BOOL; }
  bool is_integral() const { return value_.kind == SY_SCALAR_INT; }
  bool is_floating() const { return value_.kind == SY_SCALAR_FLOAT; }

  double to_double() const { return value_.f; }
  /// Truncates a float; saturates one that is out of range, NaN is 0.
  std::int64_t to_int() const;
  bool to_bool() const { return is_floating() ? value_.f != 0 : value_.i != 0; }
  /// bool, i64 or the default floating dtype.
  Dtype dtype() const;
  std::string str() const;

  const sy_scalar& abi() const { return value_; }
  friend bool operator==(const Scalar& a, const Scalar& b) {
    return a.is_floating() || b.is_floating() ? a.value_.f == b.value_.f : a.value_.i == b.value_.i;
  }

 private:
  sy_scalar value_;
};

}  // namespace sy
