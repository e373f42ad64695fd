// Random operators from the counter-based ones.
#include <limits>

#include "switchyard/ops/gen/random_composite.h"
#include "switchyard/ops/operators.h"

namespace sy::composite {

Tensor randperm(std::int64_t n, std::optional<Generator> generator, std::optional<Device> device) {
  require(n >= 0, "randperm: argument n: expected at least 0, got ", n);
  return sy::argsort(sy::randint(0, std::numeric_limits<std::int64_t>::max(), {n}, generator, kI64, device));
}

Tensor native_dropout_backward(const Tensor& grad, const Tensor& mask, double p) {
  if (p >= 1) return sy::zeros_like(grad);
  return grad * sy::cast(mask, grad.dtype()) * (1 / (1 - p));
}

Tensor dropout(const Tensor& self, double p, bool train, std::optional<Generator> generator) {
  require(p >= 0 && p <= 1, "dropout: argument p: expected a probability between 0 and 1, got ", p);
  if (!train || p == 0) return self;
  return std::get<0>(sy::native_dropout(self, p, generator));
}

}  // namespace sy::composite
