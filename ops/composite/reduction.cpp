// Reductions from sum and amax, and the gradients of reductions.
#include <limits>

#include "precision.h"
#include "switchyard/ops/gen/reduction_composite.h"
#include "switchyard/ops/operators.h"

namespace sy::composite {
namespace {

Shape normalised(const Tensor& self, const OptionalIntArray& dim) {
  Shape dims;
  if (dim && !dim->empty()) {
    for (std::int64_t d : *dim) dims.push_back(d < 0 ? d + std::max<std::int64_t>(self.dim(), 1) : d);
  } else {
    for (std::int64_t d = 0; d < self.dim(); ++d) dims.push_back(d);
  }
  return dims;
}

std::int64_t count(const Tensor& self, const OptionalIntArray& dim) {
  std::int64_t n = 1;
  if (self.dim() == 0) return n;
  for (std::int64_t d : normalised(self, dim)) n *= self.size(d);
  return n;
}

Dtype accumulator(Dtype d) { return d == kF16 || d == kBF16 ? kF32 : d; }

}  // namespace

Tensor expand_reduced(const Tensor& self, IntArray size, OptionalIntArray dim, bool keepdim) {
  Tensor out = self;
  if (!keepdim && !size.empty()) {
    Shape shape(size.begin(), size.end());
    std::int64_t n = static_cast<std::int64_t>(size.size());
    if (dim && !dim->empty()) {
      for (std::int64_t d : *dim) shape[d < 0 ? d + n : d] = 1;
    } else {
      for (auto& s : shape) s = 1;
    }
    out = sy::reshape(out, shape);
  }
  return sy::expand(out, size);
}

Tensor mean(const Tensor& self, OptionalIntArray dim, bool keepdim, std::optional<Dtype> dtype) {
  Tensor total = sy::sum(self, dim, keepdim, dtype);
  require(total.dtype().is_floating(), "mean: dtype ", self.dtype().name(),
          " is not supported, expected a floating dtype");
  return total * (1.0 / static_cast<double>(count(self, dim)));
}

Tensor amax_backward(const Tensor& grad, const Tensor& self, const Tensor& result, OptionalIntArray dim, bool keepdim) {
  Tensor extreme = sy::expand_reduced(result, self.shape(), dim, keepdim);
  Tensor hit = sy::cast(sy::eq(self, extreme), grad.dtype());
  Tensor share = sy::expand_reduced(grad, self.shape(), dim, keepdim) * hit;
  return share / sy::sum(hit, dim, true);
}

Tensor var(const Tensor& self, OptionalIntArray dim, std::int64_t correction, bool keepdim) {
  Tensor x = self.dtype() == accumulator(self.dtype()) ? self : sy::cast(self, accumulator(self.dtype()));
  Tensor centred = x - sy::mean(x, dim, true);
  double n = static_cast<double>(std::max<std::int64_t>(0, count(self, dim) - correction));
  Tensor out = sy::sum(centred * centred, dim, keepdim) / n;
  return out.dtype() == self.dtype() ? out : sy::cast(out, self.dtype());
}

Tensor var_backward(const Tensor& grad, const Tensor& self, OptionalIntArray dim, std::int64_t correction,
                    bool keepdim) {
  double n = static_cast<double>(std::max<std::int64_t>(0, count(self, dim) - correction));
  Tensor wide = sy::expand_reduced(grad, self.shape(), dim, keepdim);
  return wide * (self - sy::mean(self, dim, true)) * (2 / n);
}

Tensor std(const Tensor& self, OptionalIntArray dim, std::int64_t correction, bool keepdim) {
  return sy::sqrt(sy::var(self, dim, correction, keepdim));
}

Tensor norm(const Tensor& self) {
  Tensor x = self.dtype() == accumulator(self.dtype()) ? self : sy::cast(self, accumulator(self.dtype()));
  Tensor out = sy::sqrt(sy::sum(x * x));
  return out.dtype() == self.dtype() ? out : sy::cast(out, self.dtype());
}

Tensor logsumexp(const Tensor& given, IntArray dim, bool keepdim) {
  Tensor self = widened(given), out;
  OptionalIntArray dims = dim.empty() ? OptionalIntArray() : OptionalIntArray(dim);
  if (count(self, dims) == 0) {
    out = sy::log(sy::sum(self, dims, true));  // of nothing: log 0
  } else {
    Tensor largest = sy::amax(self, dim, true);
    // An infinite maximum would make NaN of inf - inf.
    Tensor shift = sy::where(sy::isfinite(largest), largest, 0);
    out = sy::log(sy::sum(sy::exp(self - shift), dim, true)) + shift;
  }
  out = narrowed(out, given.dtype());
  if (keepdim || self.dim() == 0) return out;
  return sy::squeeze(out, dims);
}

namespace {
std::tuple<Tensor, Tensor> extreme(const Tensor& self, std::int64_t dim, bool keepdim, bool largest) {
  Tensor index = largest ? sy::argmax(self, dim, true) : sy::argmin(self, dim, true);
  if (self.dim() == 0) return {sy::clone(self), index};
  Tensor value = sy::gather(self, dim, index);
  if (keepdim) return {value, index};
  return {sy::squeeze(value, dim), sy::squeeze(index, dim)};
}
}  // namespace

std::tuple<Tensor, Tensor> max(const Tensor& self, std::int64_t dim, bool keepdim) {
  return extreme(self, dim, keepdim, true);
}

std::tuple<Tensor, Tensor> min(const Tensor& self, std::int64_t dim, bool keepdim) {
  return extreme(self, dim, keepdim, false);
}

Tensor any(const Tensor& self, OptionalIntArray dim, bool keepdim) {
  return sy::ne(sy::sum(sy::cast(self, kBool), dim, keepdim), 0);
}

Tensor all(const Tensor& self, OptionalIntArray dim, bool keepdim) {
  return sy::eq(sy::sum(sy::logical_not(self), dim, keepdim), 0);
}

/// The first of those that equal the least, or the first NaN.
Tensor argmin(const Tensor& self, std::optional<std::int64_t> dim, bool keepdim) {
  Shape dims;
  if (dim) dims.push_back(*dim);
  Tensor least = sy::amin(self, dim ? OptionalIntArray(IntArray(dims)) : OptionalIntArray(), true);
  Tensor hit = sy::eq(self, least);
  if (self.dtype().is_floating()) hit = sy::logical_or(hit, sy::ne(self, self));
  return sy::argmax(sy::cast(hit, kU8), dim, keepdim);
}

Tensor scatter_along(const Tensor& grad, const Tensor& indices, IntArray size, std::int64_t dim) {
  if (size.empty()) return grad;
  return sy::scatter_add(sy::full(size, 0, grad.dtype(), grad.device()), dim, indices, grad);
}

std::tuple<Tensor, Tensor> topk(const Tensor& self, std::int64_t k, std::int64_t dim, bool largest) {
  auto [values, indices] = sy::sort(self, dim, largest);
  if (self.dim() == 0) return {values, indices};
  return {sy::contiguous(sy::slice(values, dim, 0, k)), sy::contiguous(sy::slice(indices, dim, 0, k))};
}

Tensor argsort(const Tensor& self, std::int64_t dim, bool descending) {
  return std::get<1>(sy::sort(self, dim, descending));
}

}  // namespace sy::composite
