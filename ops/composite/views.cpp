// Reshapes, splits, and the gradients of views.
#include "switchyard/dispatch/meta_call.h"
#include "switchyard/ops/gen/view_composite.h"
#include "switchyard/ops/operators.h"
#include "switchyard/ops/view_geometry.h"

namespace sy::composite {
namespace {

std::int64_t wrap(std::string_view op, std::string_view param, std::int64_t dim, std::int64_t ndim) {
  std::int64_t out = 0;
  throw_if_error(wrap_dim(op, param, dim, ndim, &out));
  return out;
}

}  // namespace

Tensor reshape(const Tensor& self, IntArray size) {
  Shape shape, strides;
  absl::Status ok = infer_size(size, self.numel(), &shape);
  if (!ok.ok()) fail(ErrorCode::kInvalidArgument, "reshape: ", std::string(ok.message()));
  if (view_strides(self, shape, &strides)) return sy::view(self, shape);
  return sy::view(sy::clone(self), shape);
}

Tensor permute_backward(const Tensor& grad, IntArray dims) {
  Shape inverse(dims.size());
  std::int64_t n = static_cast<std::int64_t>(dims.size());
  for (std::int64_t i = 0; i < n; ++i) inverse[wrap("permute_backward", "dims", dims[i], n)] = i;
  return sy::permute(grad, inverse);
}

Tensor slice_backward(const Tensor& grad, IntArray size, std::int64_t dim, std::optional<std::int64_t> start,
                      std::optional<std::int64_t> end, std::int64_t step) {
  Tensor out = sy::full(size, 0, grad.dtype(), grad.device());
  sy::slice(out, dim, start, end, step).copy_(grad);
  return out;
}

Tensor select_backward(const Tensor& grad, IntArray size, std::int64_t dim, std::int64_t index) {
  Tensor out = sy::full(size, 0, grad.dtype(), grad.device());
  sy::select(out, dim, index).copy_(grad);
  return out;
}

Tensor diagonal_backward(const Tensor& grad, IntArray size, std::int64_t offset, std::int64_t dim1, std::int64_t dim2) {
  Tensor out = sy::full(size, 0, grad.dtype(), grad.device());
  sy::diagonal(out, offset, dim1, dim2).copy_(grad);
  return out;
}

Tensor unfold_backward(const Tensor& grad, IntArray size_in, std::int64_t dim, std::int64_t size, std::int64_t step) {
  std::int64_t d = wrap("unfold_backward", "dim", dim, static_cast<std::int64_t>(size_in.size()));
  std::int64_t n = size_in[static_cast<std::size_t>(d)];
  // Positions (window, offset) flattened, and grad with those two as one dimension at d.
  std::int64_t windows = grad.size(d);
  Tensor starts = sy::arange(0, windows, 1, kI64, grad.device()) * step;
  Tensor offsets = sy::arange(0, size, 1, kI64, grad.device());
  Tensor index = sy::reshape(sy::unsqueeze(starts, 1) + sy::unsqueeze(offsets, 0), {-1});
  Shape order;
  for (std::int64_t i = 0; i < grad.dim() - 1; ++i) {
    order.push_back(i);
    if (i == d) order.push_back(grad.dim() - 1);
  }
  Tensor moved = sy::permute(grad, order);
  Shape flat(size_in.begin(), size_in.end());
  flat[d] = windows * size;
  (void)n;
  Tensor zeros = sy::full(size_in, 0, grad.dtype(), grad.device());
  return sy::index_add(zeros, d, index, sy::reshape(moved, flat));
}

Tensor as_strided_backward(const Tensor& grad, IntArray size_in, IntArray stride_in, std::int64_t offset_in,
                           IntArray size, IntArray stride, std::optional<std::int64_t> storage_offset) {
  // The extent of the storage that either geometry touches.
  std::int64_t offset = storage_offset.value_or(offset_in);
  std::int64_t low = std::min(offset, offset_in), high = std::max(offset, offset_in);
  auto reach = [&](IntArray sizes, IntArray strides, std::int64_t from) {
    std::int64_t lo = from, hi = from;
    for (std::size_t d = 0; d < sizes.size(); ++d) {
      if (sizes[d] == 0) return;
      (strides[d] < 0 ? lo : hi) += (sizes[d] - 1) * strides[d];
    }
    low = std::min(low, lo);
    high = std::max(high, hi);
  };
  reach(size_in, stride_in, offset_in);
  reach(size, stride, offset);
  std::int64_t extent = high - low + 1;
  Tensor positions = sy::arange(0, extent, 1, kI64, grad.device());
  Tensor index = sy::reshape(sy::as_strided(positions, size, stride, offset - low), {-1});
  Tensor flat = sy::full({extent}, 0, grad.dtype(), grad.device());
  flat = sy::index_add(flat, 0, index, sy::reshape(grad, {-1}));
  Tensor out = sy::as_strided(flat, size_in, stride_in, offset_in - low);
  // Where the input names one element several times, each name has its share.
  Tensor probe = sy::as_strided(positions, size_in, stride_in, offset_in - low);
  if (probe.impl()->overlapping()) {
    Tensor names = sy::reshape(probe, {-1});
    Tensor one = sy::full({names.numel()}, 1, grad.dtype(), grad.device());
    Tensor count = sy::index_add(sy::full({extent}, 0, grad.dtype(), grad.device()), 0, names, one);
    out = out / sy::as_strided(count, size_in, stride_in, offset_in - low);
  }
  return sy::contiguous(out);
}

std::vector<Tensor> split(const Tensor& self, std::int64_t split_size, std::int64_t dim) {
  std::int64_t d = wrap("split", "dim", dim, self.dim());
  require(self.dim() > 0, "split: a 0-d tensor cannot be split");
  require(split_size > 0, "split: argument split_size: expected a positive size, got ", split_size);
  std::vector<Tensor> parts;
  std::int64_t n = self.shape()[d];
  for (std::int64_t at = 0; at < n || parts.empty(); at += split_size) {
    parts.push_back(sy::slice(self, d, at, std::min(at + split_size, n)));
  }
  return parts;
}

std::vector<Tensor> chunk(const Tensor& self, std::int64_t chunks, std::int64_t dim) {
  require(self.dim() > 0, "chunk: a 0-d tensor cannot be split");
  require(chunks > 0, "chunk: argument chunks: expected a positive number, got ", chunks);
  std::int64_t n = self.size(dim);
  return sy::split(self, std::max<std::int64_t>((n + chunks - 1) / chunks, 1), dim);
}

Tensor flatten(const Tensor& self, std::int64_t start_dim, std::int64_t end_dim) {
  std::int64_t from = wrap("flatten", "start_dim", start_dim, self.dim());
  std::int64_t to = wrap("flatten", "end_dim", end_dim, self.dim());
  require(from <= to, "flatten: start_dim ", start_dim, " lies behind end_dim ", end_dim);
  if (self.dim() == 0) return sy::reshape(self, {1});
  Shape shape;
  std::int64_t joined = 1;
  for (std::int64_t d = 0; d < self.dim(); ++d) {
    if (d < from || d > to)
      shape.push_back(self.shape()[d]);
    else
      joined *= self.shape()[d];
    if (d == to) shape.push_back(joined);
  }
  return sy::reshape(self, shape);
}

}  // namespace sy::composite
