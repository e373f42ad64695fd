// NumPy's advanced indexing on top of the native operators, which index leading dimensions.
#include <algorithm>

#include "switchyard/dispatch/meta_call.h"
#include "switchyard/ops/gen/dynamic_shape_composite.h"
#include "switchyard/ops/gen/index_composite.h"
#include "switchyard/ops/operators.h"

namespace sy::composite {
namespace {

/// An advanced index with its tensors broadcast and self's indexed dimensions moved to the front.
struct Plan {
  Tensor self;                  // a view of the original
  std::vector<Tensor> indices;  // all of one shape
  std::int64_t first = 0;       // where the index dimensions belong in the result; 0 when not adjacent
  std::int64_t index_dims = 0;
};

Plan prepare(std::string_view op, const Tensor& self, TensorList given) {
  // Masks stand for their nonzero positions, one index per dimension.
  std::vector<Tensor> per_dim;
  for (const Tensor& t : given) {
    if (!t.defined()) {
      per_dim.emplace_back();
    } else if (t.dtype() == kBool) {
      std::int64_t at = static_cast<std::int64_t>(per_dim.size());
      for (std::int64_t d = 0; d < t.dim(); ++d) {
        require(at + d < self.dim() && self.size(at + d) == t.size(d), op, ": argument indices: mask of shape ",
                shape_str(t.shape()), " does not fit self of shape ", shape_str(self.shape()), " at dimension ", at);
      }
      Tensor where = sy::nonzero(t);
      for (std::int64_t d = 0; d < t.dim(); ++d) per_dim.push_back(sy::select(where, 1, d));
    } else {
      require(t.dtype() == kI64 || t.dtype() == kI32, op, ": argument indices: dtype ", t.dtype().name(),
              " is not supported, expected i64, i32 or bool");
      per_dim.push_back(t.dtype() == kI64 ? t : sy::cast(t, kI64));
    }
  }
  require(static_cast<std::int64_t>(per_dim.size()) <= self.dim(), op, ": argument indices: ", per_dim.size(),
          " indices for a tensor of ", self.dim(), " dimension(s)");
  Plan plan;
  Shape order, rest, common;
  bool any = false, adjacent = true;
  std::int64_t last = -1;
  for (std::int64_t d = 0; d < self.dim(); ++d) {
    bool indexed = d < static_cast<std::int64_t>(per_dim.size()) && per_dim[d].defined();
    if (!indexed) {
      rest.push_back(d);
      continue;
    }
    if (any && last != d - 1) adjacent = false;
    if (!any) plan.first = d;
    last = d;
    order.push_back(d);
    Shape joined;
    require(broadcast_shapes(any ? IntArray(common) : IntArray(per_dim[d].shape()), per_dim[d].shape(), &joined), op,
            ": argument indices: shapes ", shape_str(common), " and ", shape_str(per_dim[d].shape()),
            " do not broadcast");
    common = joined;
    any = true;
  }
  require(any, op, ": argument indices: no index is given");
  if (!adjacent) plan.first = 0;
  plan.index_dims = static_cast<std::int64_t>(common.size());
  for (std::int64_t d : order) {
    const Tensor& t = per_dim[d];
    Tensor moved = t.device() == self.device() ? t : sy::transfer(t, self.device());
    plan.indices.push_back(sy::expand(moved, common));
  }
  for (std::int64_t d : rest) order.push_back(d);
  plan.self = sy::permute(self, order);
  return plan;
}

/// Moves the index dimensions from the front to where they belong.
Tensor place(const Tensor& t, const Plan& plan) {
  if (plan.first == 0 || plan.index_dims == 0) return t;
  Shape order;
  for (std::int64_t d = 0; d < plan.first; ++d) order.push_back(plan.index_dims + d);
  for (std::int64_t d = 0; d < plan.index_dims; ++d) order.push_back(d);
  for (std::int64_t d = plan.index_dims + plan.first; d < t.dim(); ++d) order.push_back(d);
  return sy::permute(t, order);
}

/// The inverse of place, for the values of index_put, broadcast to the indexed shape.
Tensor values_in_front(std::string_view op, const Tensor& values, const Plan& plan) {
  Shape shape;
  IntArray common = plan.indices[0].shape();
  std::size_t k = plan.indices.size();
  Shape rest(plan.self.shape().begin() + k, plan.self.shape().end());
  for (std::int64_t d = 0; d < plan.first; ++d) shape.push_back(rest[d]);
  for (Dim d : common) shape.push_back(d);
  for (std::size_t d = plan.first; d < rest.size(); ++d) shape.push_back(rest[d]);
  Shape joined;
  require(broadcast_shapes(shape, values.shape(), &joined) && joined == shape, op,
          ": cannot broadcast argument values of shape ", shape_str(values.shape()), " to the indexed shape ",
          shape_str(shape));
  Tensor wide = sy::expand(values, shape);
  if (plan.first == 0 || plan.index_dims == 0) return wide;
  Shape order;
  for (std::int64_t d = 0; d < plan.index_dims; ++d) order.push_back(plan.first + d);
  for (std::int64_t d = 0; d < plan.first; ++d) order.push_back(d);
  for (std::int64_t d = plan.first + plan.index_dims; d < wide.dim(); ++d) order.push_back(d);
  return sy::permute(wide, order);
}

Tensor matching(const Tensor& values, const Tensor& self) {
  Tensor v = values.device() == self.device() ? values : sy::transfer(values, self.device());
  return v.dtype() == self.dtype() ? v : sy::cast(v, self.dtype());
}

}  // namespace

Tensor index(const Tensor& self, TensorList indices) {
  Plan plan = prepare("index", self, indices);
  return place(sy::native_index(plan.self, plan.indices), plan);
}

Tensor index_put(const Tensor& self, TensorList indices, const Tensor& values, bool accumulate) {
  Tensor out = sy::clone(self);
  return index_put_(out, indices, values, accumulate);
}

Tensor index_put_(const Tensor& self, TensorList indices, const Tensor& values, bool accumulate) {
  Plan plan = prepare("index_put", self, indices);
  Tensor source = values_in_front("index_put", matching(values, self), plan);
  if (plan.self.impl()->overlapping()) {
    fail(ErrorCode::kInvalidArgument,
         "index_put: several elements of self share memory (an expanded view); clone it first");
  }
  sy::native_index_put_(plan.self, plan.indices, source, accumulate);
  return self;
}

Tensor native_index_put_backward_self(const Tensor& grad, TensorList indices, bool accumulate) {
  if (accumulate) return grad;
  Tensor zeros = sy::native_index(sy::zeros_like(grad), indices);
  return sy::native_index_put(grad, indices, zeros, false);
}

Tensor gather_like(const Tensor& self, std::int64_t dim, const Tensor& index, IntArray size) {
  Tensor picked = sy::gather(self, dim, index);
  if (picked.shape() == size) return picked;
  Tensor out = sy::full(size, 0, self.dtype(), self.device());
  Tensor corner = out;
  for (std::int64_t d = 0; d < picked.dim(); ++d) corner = sy::slice(corner, d, 0, picked.size(d));
  corner.copy_(picked);
  return out;
}

namespace {
void check_rows(const Tensor& weight, const Tensor& indices) {
  require(weight.dim() == 2, "embedding: argument weight: expected 2 dimensions, got shape ",
          shape_str(weight.shape()));
  (void)indices;
}
}  // namespace

Tensor embedding(const Tensor& weight, const Tensor& indices, std::int64_t) {
  check_rows(weight, indices);
  Tensor rows = sy::index_select(weight, 0, sy::reshape(indices, {-1}));
  Shape shape(indices.shape().begin(), indices.shape().end());
  shape.push_back(weight.size(1));
  return sy::reshape(rows, shape);
}

namespace {
/// grad with the rows of the padding index set to zero.
Tensor without_padding(const Tensor& grad, const Tensor& indices, std::int64_t padding_idx) {
  if (padding_idx < 0) return grad;
  Tensor pad = sy::unsqueeze(sy::eq(indices, padding_idx), -1);
  return sy::masked_fill(grad, sy::expand(pad, grad.shape()), 0);
}
}  // namespace

Tensor embedding_backward(const Tensor& grad, const Tensor& indices, std::int64_t num_weights,
                          std::int64_t padding_idx) {
  Tensor g = sy::reshape(without_padding(grad, indices, padding_idx), {indices.numel(), grad.size(-1)});
  Tensor zeros = sy::full({num_weights, grad.size(-1)}, 0, grad.dtype(), grad.device());
  return sy::index_add(zeros, 0, sy::reshape(indices, {-1}), g);
}

Tensor embedding_backward_grad(const Tensor& grad, const Tensor& indices, std::int64_t padding_idx) {
  return without_padding(sy::embedding(grad, indices), indices, padding_idx);
}

Tensor masked_select(const Tensor& self, const Tensor& mask) {
  Shape shape;
  require(broadcast_shapes(self.shape(), mask.shape(), &shape),
          "masked_select: cannot broadcast argument mask of shape ", shape_str(mask.shape()), " with self of shape ",
          shape_str(self.shape()));
  require(mask.dtype() == kBool, "masked_select: argument mask: expected dtype bool, got ", mask.dtype().name());
  Tensor flat_mask = sy::reshape(sy::expand(mask, shape), {-1});
  Tensor flat = sy::reshape(sy::expand(self, shape), {-1});
  return sy::index_select(flat, 0, sy::select(sy::nonzero(flat_mask), 1, 0));
}

}  // namespace sy::composite
