// Factories from factories.
#include <cmath>

#include "switchyard/ops/gen/factory_composite.h"
#include "switchyard/ops/gen/index_composite.h"
#include "switchyard/ops/operators.h"

namespace sy::composite {

Tensor linspace(const Scalar& start, const Scalar& end, std::int64_t steps, std::optional<Dtype> dtype,
                std::optional<Device> device) {
  require(steps >= 0, "linspace: argument steps: expected at least 0, got ", steps);
  Dtype type = dtype.value_or(default_dtype());
  double first = start.to_double(), last = end.to_double();
  if (steps < 2) return sy::full({steps}, first, type, device);
  const double step = (last - first) / static_cast<double>(steps - 1);
  const double beyond = first + (static_cast<double>(steps) - 0.5) * step;
  // arange counts as this does, computes in f64 and rounds once, also on devices without f64.
  if (std::ceil((beyond - first) / step) == static_cast<double>(steps)) {
    Tensor out = sy::arange(first, beyond, step, type, device);
    sy::fill_(out.select(0, steps - 1), last);
    return out;
  }
  // A step that is lost in first, or none: to anything but f64 all are one number.
  if (type != kF64) {
    Tensor out = sy::full({steps}, first, type, device);
    sy::fill_(out.select(0, steps - 1), last);
    return out;
  }
  Tensor i = sy::arange(0, steps, 1, kF64, device);
  Tensor forward = i * step + first;
  return sy::where(sy::eq(i, steps - 1), last, forward);
}

Tensor eye(std::int64_t n, std::optional<std::int64_t> m, std::optional<Dtype> dtype, std::optional<Device> device) {
  std::int64_t columns = m.value_or(n);
  require(n >= 0, "eye: argument n: expected at least 0, got ", n);
  require(columns >= 0, "eye: argument m: expected at least 0, got ", columns);
  Tensor out = sy::zeros({n, columns}, dtype, device);
  if (n > 0 && columns > 0) out.diagonal().fill_(1);
  return out;
}

Tensor zeros(IntArray size, std::optional<Dtype> dtype, std::optional<Device> device) {
  return sy::full(size, 0, dtype.value_or(default_dtype()), device);
}

Tensor ones(IntArray size, std::optional<Dtype> dtype, std::optional<Device> device) {
  return sy::full(size, 1, dtype.value_or(default_dtype()), device);
}

Tensor empty_like(const Tensor& self, std::optional<Dtype> dtype, std::optional<Device> device) {
  return sy::empty(self.shape(), dtype.value_or(self.dtype()), device.value_or(self.device()));
}

Tensor zeros_like(const Tensor& self, std::optional<Dtype> dtype, std::optional<Device> device) {
  return sy::full(self.shape(), 0, dtype.value_or(self.dtype()), device.value_or(self.device()));
}

Tensor ones_like(const Tensor& self, std::optional<Dtype> dtype, std::optional<Device> device) {
  return sy::full(self.shape(), 1, dtype.value_or(self.dtype()), device.value_or(self.device()));
}

Tensor full_like(const Tensor& self, const Scalar& value, std::optional<Dtype> dtype, std::optional<Device> device) {
  return sy::full(self.shape(), value, dtype.value_or(self.dtype()), device.value_or(self.device()));
}

Tensor zeros_of(const Tensor& self, IntArray size) { return sy::full(size, 0, self.dtype(), self.device()); }

Tensor fill(const Tensor& self, const Scalar& value) {
  return sy::full(self.shape(), value, self.dtype(), self.device());
}

namespace {

/// Column less row, for each element of self's matrices.
Tensor diagonals(const Tensor& self) {
  Tensor rows = sy::arange(0, self.size(-2), 1, kI64, self.device());
  Tensor columns = sy::arange(0, self.size(-1), 1, kI64, self.device());
  return sy::sub(columns, sy::unsqueeze(rows, 1));
}

Tensor zero_of(const Tensor& self) { return sy::full({}, 0, self.dtype(), self.device()); }

}  // namespace

Tensor tril(const Tensor& self, std::int64_t diagonal) {
  return sy::where(sy::le(diagonals(self), diagonal), self, zero_of(self));
}

Tensor triu(const Tensor& self, std::int64_t diagonal) {
  return sy::where(sy::ge(diagonals(self), diagonal), self, zero_of(self));
}

}  // namespace sy::composite
