// C++ operators on tensors and numbers. Comparisons are elementwise, as in NumPy; use same_as for identity.
#pragma once

#include "switchyard/ops/gen/functions.h"

namespace sy {

#define SY_BINARY_OPERATOR(symbol, function)                                                                   \
  inline Tensor operator symbol(const Tensor& a, const Tensor& b) { return function(a, b); }                   \
  inline Tensor operator symbol(const Tensor& a, const Scalar& b) { return function(a, b); }                   \
  inline Tensor operator symbol(const Scalar& a, const Tensor& b) { return function(wrapped_number(a), b); }
SY_BINARY_OPERATOR(+, add)
SY_BINARY_OPERATOR(-, sub)
SY_BINARY_OPERATOR(*, mul)
SY_BINARY_OPERATOR(/, div)
SY_BINARY_OPERATOR(%, remainder)
SY_BINARY_OPERATOR(==, eq)
SY_BINARY_OPERATOR(!=, ne)
SY_BINARY_OPERATOR(<, lt)
SY_BINARY_OPERATOR(<=, le)
SY_BINARY_OPERATOR(>, gt)
SY_BINARY_OPERATOR(>=, ge)
#undef SY_BINARY_OPERATOR

#define SY_ASSIGN_OPERATOR(symbol, method)                                                                          \
  inline const Tensor& operator symbol(const Tensor& a, const Tensor& b) { return a.method(b); }                    \
  inline const Tensor& operator symbol(const Tensor& a, const Scalar& b) { return a.method(b); }
SY_ASSIGN_OPERATOR(+=, add_)
SY_ASSIGN_OPERATOR(-=, sub_)
SY_ASSIGN_OPERATOR(*=, mul_)
SY_ASSIGN_OPERATOR(/=, div_)
#undef SY_ASSIGN_OPERATOR

inline Tensor operator-(const Tensor& a) { return neg(a); }
inline Tensor operator&&(const Tensor& a, const Tensor& b) = delete;  // elementwise: logical_and
inline Tensor operator||(const Tensor& a, const Tensor& b) = delete;  // elementwise: logical_or
inline Tensor operator!(const Tensor& a) { return logical_not(a); }

// Arithmetic on plain numbers inside derivative formulas keeps ints exact.
inline Scalar operator-(const Scalar& a) { return a.is_floating() ? Scalar(-a.to_double()) : Scalar(-a.to_int()); }
#define SY_SCALAR_OPERATOR(symbol)                                                    \
  inline Scalar operator symbol(const Scalar& a, const Scalar& b) {                   \
    if (a.is_floating() || b.is_floating()) return a.to_double() symbol b.to_double(); \
    return a.to_int() symbol b.to_int();                                              \
  }
SY_SCALAR_OPERATOR(+)
SY_SCALAR_OPERATOR(-)
SY_SCALAR_OPERATOR(*)
#undef SY_SCALAR_OPERATOR
inline Scalar operator/(const Scalar& a, const Scalar& b) { return a.to_double() / b.to_double(); }

}  // namespace sy
