// Matrix products of all shapes from mm and bmm.
#include "precision.h"
#include "switchyard/dispatch/meta_call.h"
#include "switchyard/ops/gen/matmul_composite.h"
#include "switchyard/ops/operators.h"

namespace sy::composite {
namespace {

Tensor broadcast_batch(const Tensor& t, const Shape& batch) {
  Shape shape = batch;
  shape.push_back(t.size(-2));
  shape.push_back(t.size(-1));
  return sy::expand(t, shape);
}

}  // namespace

Tensor mm(const Tensor& self, const Tensor& mat2) {
  return sy::squeeze(sy::bmm(sy::unsqueeze(self, 0), sy::unsqueeze(mat2, 0)), 0);
}

Tensor matmul(const Tensor& self, const Tensor& other) {
  std::int64_t a = self.dim(), b = other.dim();
  require(a > 0, "matmul: argument self: a 0-d tensor has no matrix product");
  require(b > 0, "matmul: argument other: a 0-d tensor has no matrix product");
  std::int64_t rows = b == 1 ? other.size(0) : other.size(-2);
  require(self.size(-1) == rows, "matmul: argument other: expected ", self.size(-1), " rows to match ",
          shape_str(self.shape()), ", got shape ", shape_str(other.shape()));
  if (a == 1 && b == 1) return sy::reshape(sy::mm(sy::unsqueeze(self, 0), sy::unsqueeze(other, 1)), {});
  if (a == 1) {
    Tensor out = composite::matmul(sy::unsqueeze(self, 0), other);
    return sy::squeeze(out, -2);
  }
  if (b == 1) {
    Tensor out = composite::matmul(self, sy::unsqueeze(other, 1));
    return sy::squeeze(out, -1);
  }
  if (a == 2 && b == 2) return sy::mm(self, other);
  if (b == 2) {
    // One tall matrix instead of a batch.
    Shape shape(self.shape().begin(), self.shape().end());
    shape.back() = other.size(1);
    std::int64_t rows = 1;
    for (std::size_t d = 0; d + 1 < shape.size(); ++d) rows *= shape[d];
    return sy::reshape(sy::mm(sy::reshape(self, {rows, self.size(-1)}), other), shape);
  }
  Shape batch;
  IntArray x = self.shape(), y = other.shape();
  bool fits = broadcast_shapes(IntArray(x.data(), x.size() - 2), IntArray(y.data(), y.size() - 2), &batch);
  require(fits, "matmul: cannot broadcast the batches of ", shape_str(x), " and ", shape_str(y));
  std::int64_t n = 1;
  for (Dim d : batch) n *= d;
  Tensor left = sy::reshape(broadcast_batch(self, batch), {n, self.size(-2), self.size(-1)});
  Tensor right = sy::reshape(broadcast_batch(other, batch), {n, other.size(-2), other.size(-1)});
  Shape shape = batch;
  shape.push_back(self.size(-2));
  shape.push_back(other.size(-1));
  return sy::reshape(sy::bmm(left, right), shape);
}

Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta, const Scalar& alpha) {
  Tensor product = sy::mm(widened(mat1), widened(mat2));
  if (alpha != Scalar(1)) product = product * alpha;
  if (beta != Scalar(0)) product = product + (beta == Scalar(1) ? widened(self) : widened(self) * beta);
  return narrowed(product, mat1.dtype());
}

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  if (!bias.defined()) return sy::matmul(input, sy::transpose(weight, 0, 1));
  Tensor out = sy::matmul(widened(input), sy::transpose(widened(weight), 0, 1)) + widened(bias);
  return narrowed(out, input.dtype());
}

Tensor linear_backward_weight(const Tensor& grad, const Tensor& input) {
  std::int64_t rows = input.numel() / std::max<std::int64_t>(input.size(-1), 1);
  Tensor g = sy::reshape(grad, {rows, grad.size(-1)});
  Tensor x = sy::reshape(input, {rows, input.size(-1)});
  return sy::mm(sy::transpose(g, 0, 1), x);
}

}  // namespace sy::composite
