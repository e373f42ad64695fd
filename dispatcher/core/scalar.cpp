#include "switchyard/core/scalar.h"

#include <cmath>
#include <limits>

#include "switchyard/core/strings.h"

namespace sy {

std::int64_t Scalar::to_int() const {
  if (!is_floating()) return value_.i;
  if (std::isnan(value_.f)) return 0;
  if (value_.f >= 0x1p63) return std::numeric_limits<std::int64_t>::max();
  if (value_.f < -0x1p63) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value_.f);
}

Dtype Scalar::dtype() const { return is_bool() ? kBool : is_integral() ? kI64 : default_dtype(); }

std::string Scalar::str() const {
  if (is_bool()) return value_.i ? "true" : "false";
  return is_integral() ? str_cat(value_.i) : str_cat(value_.f);
}

}  // namespace sy
