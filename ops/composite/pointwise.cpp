// Elementwise operators from simpler ones, for backends without a kernel of their own.
#include <cmath>
#include <limits>

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

Tensor gelu(const Tensor& self, std::string_view approximate) {
  if (approximate == "tanh") {
    Tensor inner = kSqrtTwoOverPi * (self + kCubic * self * self * self);
    return 0.5 * self * (1 + sy::tanh(inner));
  }
  return 0.5 * self * (1 + sy::erf(self * kSqrtHalf));
}

Tensor gelu_backward(const Tensor& grad, const Tensor& self, std::string_view approximate) {
  if (approximate == "tanh") {
    Tensor t = sy::tanh(kSqrtTwoOverPi * (self + kCubic * self * self * self));
    Tensor slope = kSqrtTwoOverPi * (1 + 3 * kCubic * self * self);
    return grad * (0.5 * (1 + t) + 0.5 * self * (1 - t * t) * slope);
  }
  Tensor cdf = 0.5 * (1 + sy::erf(self * kSqrtHalf));
  Tensor pdf = kInvSqrtTwoPi * sy::exp(-0.5 * self * self);
  return grad * (cdf + self * pdf);
}

Tensor isnan(const Tensor& self) { return sy::ne(self, self); }

Tensor isfinite(const Tensor& self) {
  if (!self.dtype().is_floating()) return sy::ones_like(self, kBool);
  // x - x is 0 for finite values and NaN otherwise.
  return sy::eq(self - self, 0);
}

Tensor square(const Tensor& self) { return self * self; }

Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value) {
  Tensor filler = sy::full({}, value, self.dtype(), self.device());
  return sy::where(mask, filler, self);
}

Tensor addcmul(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, const Scalar& value) {
  return self + value * (tensor1 * tensor2);
}

Tensor addcdiv(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, const Scalar& value) {
  return self + value * (tensor1 / tensor2);
}

Tensor lerp(const Tensor& self, const Tensor& end, const Tensor& weight) { return self + weight * (end - self); }

}  // namespace sy::composite
