// Elementwise operators from simpler ones, for backends without a kernel of their own.
#include <cmath>
#include <limits>

#include "precision.h"
#include "switchyard/ops/gen/pointwise_binary_composite.h"
#include "switchyard/ops/gen/pointwise_ternary_composite.h"
#include "switchyard/ops/gen/pointwise_unary_composite.h"
#include "switchyard/ops/operators.h"

namespace sy::composite {

Tensor silu(const Tensor& self) { return self * sy::sigmoid(self); }

namespace {
constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kSqrtTwoOverPi = 0.79788456080286535588;
constexpr double kInvSqrtTwoPi = 0.39894228040143267794;
constexpr double kCubic = 0.044715;
}  // namespace

Tensor gelu(const Tensor& given, std::string_view approximate) {
  Tensor self = widened(given), out;
  if (approximate == "tanh") {
    Tensor inner = kSqrtTwoOverPi * (self + kCubic * self * self * self);
    out = 0.5 * self * (1 + sy::tanh(inner));
  } else {
    out = 0.5 * self * (1 + sy::erf(self * kSqrtHalf));
  }
  return narrowed(out, given.dtype());
}

Tensor gelu_backward(const Tensor& given_grad, const Tensor& given, std::string_view approximate) {
  Tensor grad = widened(given_grad), self = widened(given), out;
  if (approximate == "tanh") {
    // (1 + tanh u) / 2 is the sigmoid of 2 u, accurate where tanh nears -1. Beyond 30 its slope is 0 in any dtype, and must
    // not meet an infinity.
    Tensor x = sy::clamp(self, -30, 30);
    Tensor twice = (2 * kSqrtTwoOverPi) * (x + kCubic * x * x * x);
    Tensor slope = (2 * kSqrtTwoOverPi) * (1 + 3 * kCubic * x * x);
    Tensor s = sy::sigmoid(twice);
    out = grad * (s + x * s * sy::sigmoid(-twice) * slope);
  } else {
    Tensor cdf = 0.5 * (1 + sy::erf(self * kSqrtHalf));
    Tensor pdf = kInvSqrtTwoPi * sy::exp(-0.5 * self * self);
    out = grad * (cdf + self * pdf);
  }
  return narrowed(out, common_dtype({given_grad, given}));
}

Tensor isnan(const Tensor& self) { return sy::ne(self, self); }

Tensor isfinite(const Tensor& self) {
  if (!self.dtype().is_floating()) return sy::ones_like(self, kBool);
  // x - x is 0 for finite values and NaN otherwise.
  return sy::eq(self - self, 0);
}

Tensor square(const Tensor& self) { return self * self; }

Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value) {
  Tensor filler = sy::full({}, value, common_dtype({self}), self.device());
  return sy::where(mask, filler, self);
}

Tensor addcmul(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, const Scalar& value) {
  Dtype dtype = common_dtype({self, tensor1, tensor2});
  Tensor product = operand_in(tensor1, dtype) * operand_in(tensor2, dtype);
  return narrowed(operand_in(self, dtype) + value * product, dtype);
}

Tensor addcdiv(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, const Scalar& value) {
  Dtype dtype = common_dtype({self, tensor1, tensor2});
  Tensor quotient = operand_in(tensor1, dtype) / operand_in(tensor2, dtype);
  return narrowed(operand_in(self, dtype) + value * quotient, dtype);
}

Tensor lerp(const Tensor& self, const Tensor& end, const Tensor& weight) {
  Dtype dtype = common_dtype({self, end, weight});
  Tensor start = operand_in(self, dtype);
  return narrowed(start + operand_in(weight, dtype) * (operand_in(end, dtype) - start), dtype);
}

// Comparisons from eq and lt. Any with NaN is false but ne.

Tensor ne(const Tensor& self, const Tensor& other) { return sy::logical_not(sy::eq(self, other)); }
Tensor gt(const Tensor& self, const Tensor& other) { return sy::lt(other, self); }
Tensor ge(const Tensor& self, const Tensor& other) { return sy::le(other, self); }
Tensor le(const Tensor& self, const Tensor& other) { return sy::logical_or(sy::lt(self, other), sy::eq(self, other)); }

// Logic from arithmetic on bool, where add is or, and mul is and.

Tensor logical_and(const Tensor& self, const Tensor& other) {
  return sy::mul(sy::cast(self, kBool), sy::cast(other, kBool));
}
Tensor logical_or(const Tensor& self, const Tensor& other) {
  return sy::add(sy::cast(self, kBool), sy::cast(other, kBool));
}
Tensor logical_xor(const Tensor& self, const Tensor& other) {
  return sy::ne(sy::cast(self, kBool), sy::cast(other, kBool));
}
Tensor logical_not(const Tensor& self) { return self.dtype().is_bool() ? sy::eq(self, false) : sy::eq(self, 0); }

// The comparison with itself finds NaN, which either operand may bring.

Tensor maximum(const Tensor& self, const Tensor& other) {
  Tensor take = sy::gt(self, other);
  if (self.dtype().is_floating()) take = sy::logical_or(take, sy::ne(self, self));
  return sy::where(take, self, other);
}
Tensor minimum(const Tensor& self, const Tensor& other) {
  Tensor take = sy::lt(self, other);
  if (self.dtype().is_floating()) take = sy::logical_or(take, sy::ne(self, self));
  return sy::where(take, self, other);
}

Tensor reciprocal(const Tensor& self) { return 1.0 / self; }

Tensor rsqrt(const Tensor& self) {
  Tensor out = 1.0 / sy::sqrt(widened(self));
  return self.dtype().is_floating() ? narrowed(out, self.dtype()) : out;
}

Tensor sigmoid(const Tensor& self) {
  Tensor x = self.dtype().is_floating() ? widened(self) : sy::cast(self, default_dtype());
  Tensor out = 1.0 / (1.0 + sy::exp(sy::neg(x)));
  return self.dtype().is_floating() ? narrowed(out, self.dtype()) : out;
}

/// 0 - x, not -x: the absolute value of -0 is 0.
Tensor abs(const Tensor& self) { return sy::where(sy::gt(self, 0), self, 0 - self); }

Tensor sign(const Tensor& self) {
  if (self.dtype().is_bool()) return sy::cast(self, kBool);
  Tensor out = sy::where(sy::gt(self, 0), 1, self);
  return self.dtype() == kU8 ? out : sy::where(sy::lt(self, 0), -1, out);
}

Tensor ceil(const Tensor& self) {
  return self.dtype().is_floating() ? sy::neg(sy::floor(sy::neg(self))) : sy::floor(self);
}

Tensor trunc(const Tensor& self) {
  if (!self.dtype().is_floating()) return sy::floor(self);
  return sy::where(sy::lt(self, 0), sy::ceil(self), sy::floor(self));
}

Tensor relu(const Tensor& self) { return sy::maximum(self, 0); }

}  // namespace sy::composite
