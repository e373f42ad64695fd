// Shape rules of indexing, sorting and reductions by index.
#include "switchyard/core/error.h"
#include "switchyard/ops/meta/shapes.h"

namespace sy::meta {

absl::Status arg_reduction(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  const Frame& f = call.frame();
  bool keepdim = f.boolean(2);
  Shape shape(t.shape().begin(), t.shape().end());
  if (!f.has(1)) {
    if (t.numel() == 0) return call.error("argument self: cannot take the index in an empty tensor");
    call.set(0, keepdim ? Shape(shape.size(), 1) : Shape());
    return absl::OkStatus();
  }
  Dim dim;
  SY_RETURN_IF_ERROR(call.dim(1, t.dim(), &dim));
  if (t.dim() > 0) {
    if (shape[dim] == 0)
      return call.error("argument dim: dimension ", dim, " of shape ", shape_str(t.shape()), " is empty");
    if (keepdim)
      shape[dim] = 1;
    else
      shape.erase(dim);
  }
  call.set(0, shape);
  return absl::OkStatus();
}

absl::Status sort(MetaCall& call) {
  Dim dim;
  SY_RETURN_IF_ERROR(call.dim(1, call.tensor(0).dim(), &dim));
  call.set(0, shape_of(call, 0));
  call.set(1, shape_of(call, 0));
  return absl::OkStatus();
}

absl::Status topk(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  Dim dim;
  SY_RETURN_IF_ERROR(call.dim(2, t.dim(), &dim));
  std::int64_t k = call.frame().integer(1), n = t.dim() == 0 ? 1 : t.shape()[dim];
  if (k < 0 || k > n) return call.error("argument k: expected 0 to ", n, " for dimension ", dim, ", got ", k);
  Shape shape(t.shape().begin(), t.shape().end());
  if (t.dim() > 0) shape[dim] = k;
  call.set(0, shape);
  call.set(1, shape);
  return absl::OkStatus();
}

absl::Status native_index(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  absl::Span<const TensorBase> indices = call.frame().tensors(1);
  if (indices.empty() || static_cast<std::int64_t>(indices.size()) > t.dim()) {
    return call.error("argument indices: expected 1 to ", t.dim(), " indices, got ", indices.size());
  }
  Shape shape(indices[0].shape().begin(), indices[0].shape().end());
  for (const TensorBase& i : indices) {
    if (!(i.shape() == IntArray(shape))) return call.error("argument indices: all must have one shape");
  }
  for (std::size_t d = indices.size(); d < static_cast<std::size_t>(t.dim()); ++d) shape.push_back(t.shape()[d]);
  call.set(0, shape);
  return absl::OkStatus();
}

absl::Status native_index_put(MetaCall& call) {
  SY_RETURN_IF_ERROR(native_index(call));
  const TensorBase& t = call.tensor(0);
  absl::Span<const TensorBase> indices = call.frame().tensors(1);
  Shape expected(indices[0].shape().begin(), indices[0].shape().end());
  for (std::size_t d = indices.size(); d < static_cast<std::size_t>(t.dim()); ++d) expected.push_back(t.shape()[d]);
  if (!(shape_of(call, 2) == IntArray(expected))) {
    return call.error("argument values: expected shape ", shape_str(expected), ", got ", shape_str(shape_of(call, 2)));
  }
  call.set(0, t.shape());
  return absl::OkStatus();
}

absl::Status gather(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  const TensorBase& index = call.tensor(2);
  Dim dim;
  SY_RETURN_IF_ERROR(call.dim(1, t.dim(), &dim));
  bool fits = index.dim() == t.dim();
  for (Dim d = 0; fits && d < t.dim(); ++d) fits = d == dim || index.shape()[d] <= t.shape()[d];
  if (!fits) {
    return call.error("argument index: expected ", t.dim(), " dimensions no larger than ", shape_str(t.shape()),
                      " off dimension ", dim, ", got ", shape_str(index.shape()));
  }
  call.set(0, index.shape());
  return absl::OkStatus();
}

absl::Status scatter(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  const TensorBase& index = call.tensor(2);
  const TensorBase& src = call.tensor(3);
  SY_RETURN_IF_ERROR(gather(call));
  bool fits = src.dim() == index.dim();
  for (Dim d = 0; fits && d < index.dim(); ++d) fits = index.shape()[d] <= src.shape()[d];
  if (!fits) {
    return call.error("argument src: expected at least the shape of index, ", shape_str(index.shape()), ", got ",
                      shape_str(src.shape()));
  }
  call.set(0, t.shape());
  return absl::OkStatus();
}

absl::Status index_select(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  const TensorBase& index = call.tensor(2);
  if (index.dim() != 1) return call.error("argument index: expected 1 dimension, got shape ", shape_str(index.shape()));
  if (t.dim() == 0) return call.error("argument self: a 0-d tensor has no dimension to select from");
  Dim dim;
  SY_RETURN_IF_ERROR(call.dim(1, t.dim(), &dim));
  Shape shape(t.shape().begin(), t.shape().end());
  shape[dim] = index.numel();
  call.set(0, shape);
  return absl::OkStatus();
}

absl::Status index_add(MetaCall& call) {
  SY_RETURN_IF_ERROR(index_select(call));
  const TensorBase& t = call.tensor(0);
  Dim dim;
  SY_RETURN_IF_ERROR(call.dim(1, t.dim(), &dim));
  Shape expected(t.shape().begin(), t.shape().end());
  expected[dim] = call.tensor(2).numel();
  if (!(shape_of(call, 3) == IntArray(expected))) {
    return call.error("argument source: expected shape ", shape_str(expected), ", got ", shape_str(shape_of(call, 3)));
  }
  call.set(0, t.shape());
  return absl::OkStatus();
}

absl::Status embedding(MetaCall& call) {
  IntArray w = shape_of(call, 0), i = shape_of(call, 1);
  if (w.size() != 2) return call.error("argument weight: expected 2 dimensions, got shape ", shape_str(w));
  Shape shape(i.begin(), i.end());
  shape.push_back(w[1]);
  call.set(0, shape);
  return absl::OkStatus();
}

absl::Status embedding_backward(MetaCall& call) {
  IntArray g = shape_of(call, 0), i = shape_of(call, 1);
  bool fits = g.size() == i.size() + 1;
  for (std::size_t d = 0; fits && d < i.size(); ++d) fits = g[d] == i[d];
  if (!fits)
    return call.error("argument grad: expected the shape of indices, ", shape_str(i), ", and one more, got ",
                      shape_str(g));
  call.set(0, {call.frame().integer(2), g[g.size() - 1]});
  return absl::OkStatus();
}

}  // namespace sy::meta
