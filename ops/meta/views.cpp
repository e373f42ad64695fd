// Geometry of views.
#include <algorithm>

#include "switchyard/core/error.h"
#include "switchyard/ops/meta/shapes.h"
#include "switchyard/ops/view_geometry.h"

namespace sy {

absl::Status infer_size(const IntArray& size, std::int64_t numel, Shape* out) {
  out->assign(size.begin(), size.end());
  Shape& shape = *out;
  std::int64_t known = 1;
  int unknown = -1;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == -1) {
      if (unknown >= 0) return invalid("argument size: only one size may be -1, got ", shape_str(size));
      unknown = static_cast<int>(d);
    } else if (shape[d] < 0) {
      return invalid("argument size: negative size in ", shape_str(size));
    } else if (__builtin_mul_overflow(known, shape[d], &known)) {
      return invalid("argument size: too many elements in ", shape_str(size));
    }
  }
  if (unknown >= 0) {
    if (known == 0 || numel % known != 0) {
      return invalid("argument size: ", shape_str(size), " does not fit ", numel, " elements");
    }
    shape[static_cast<std::size_t>(unknown)] = numel / known;
  } else if (known != numel) {
    return invalid("argument size: ", shape_str(size), " has ", known, " elements, the tensor has ", numel);
  }
  return absl::OkStatus();
}

bool view_strides(const TensorBase& t, const IntArray& shape, Shape* out) {
  if (t.is_contiguous()) {
    *out = contiguous_strides(shape);
    return true;
  }
  // Group the input's dimensions into runs that are dense in themselves; each run must split into whole new ones.
  Shape strides(shape.size());
  std::int64_t d = static_cast<std::int64_t>(shape.size()) - 1;
  std::int64_t run = 1;  // elements of the current run
  std::int64_t base = t.dim() > 0 ? t.strides()[t.dim() - 1] : 1;
  for (std::int64_t i = t.dim() - 1; i >= 0; --i) {
    run *= t.shape()[i];
    bool ends = i == 0 || (t.shape()[i - 1] != 1 && t.strides()[i - 1] != run * base);
    if (!ends) continue;
    std::int64_t covered = 1;
    while (d >= 0 && (covered < run || shape[d] == 1)) {
      strides[d] = covered * base;
      covered *= shape[d];
      --d;
    }
    if (covered != run) return false;
    if (i > 0) base = t.strides()[i - 1];
    run = 1;
  }
  while (d >= 0) {
    if (shape[d] != 1) return false;
    strides[d--] = 1;
  }
  *out = strides;
  return true;
}

}  // namespace sy

namespace sy::meta {
namespace {

struct Geometry {
  Shape shape, strides;
  std::int64_t offset;
  explicit Geometry(const TensorBase& t)
      : shape(t.shape().begin(), t.shape().end()),
        strides(t.strides().begin(), t.strides().end()),
        offset(t.storage_offset()) {}
};

absl::Status finish(MetaCall& call, Geometry&& g) {
  call.set_view(std::move(g.shape), std::move(g.strides), g.offset);
  return absl::OkStatus();
}

absl::Status check_dims(const MetaCall& call, std::size_t i, const IntArray& dims, std::int64_t n, Shape* out) {
  Shape seen;
  for (std::int64_t d : dims) {
    std::int64_t wrapped;
    SY_RETURN_IF_ERROR(wrap_dim(call.op(), call.param(i), d, n, &wrapped));
    if (std::find(seen.begin(), seen.end(), wrapped) != seen.end()) {
      return call.error("argument ", call.param(i), ": dims name dimension ", wrapped, " twice in ", shape_str(dims));
    }
    seen.push_back(wrapped);
  }
  *out = seen;
  return absl::OkStatus();
}

}  // namespace

absl::Status detach(MetaCall& call) { return finish(call, Geometry(call.tensor(0))); }

absl::Status view(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  Shape shape, strides;
  absl::Status ok = infer_size(call.frame().ints(1), t.numel(), &shape);
  if (!ok.ok()) return call.error(std::string(ok.message()));
  if (!view_strides(t, shape, &strides)) {
    return call.error("shape ", shape_str(t.shape()), " with strides ", shape_str(t.strides()), " cannot be seen as ",
                      shape_str(shape), " without a copy; use reshape");
  }
  call.set_view(std::move(shape), std::move(strides), t.storage_offset());
  return absl::OkStatus();
}

absl::Status permute(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  IntArray dims = call.frame().ints(1);
  Shape order;
  SY_RETURN_IF_ERROR(check_dims(call, 1, dims, t.dim(), &order));
  if (static_cast<std::int64_t>(order.size()) != t.dim()) {
    return call.error("argument dims: expected ", t.dim(), " dims for shape ", shape_str(t.shape()), ", got ",
                      shape_str(dims));
  }
  Geometry g(t);
  for (std::size_t i = 0; i < order.size(); ++i) {
    g.shape[i] = t.shape()[order[i]];
    g.strides[i] = t.strides()[order[i]];
  }
  return finish(call, std::move(g));
}

absl::Status transpose(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  Dim a, b;
  SY_RETURN_IF_ERROR(call.dim(1, t.dim(), &a));
  SY_RETURN_IF_ERROR(call.dim(2, t.dim(), &b));
  Geometry g(t);
  if (t.dim() > 0) {
    std::swap(g.shape[a], g.shape[b]);
    std::swap(g.strides[a], g.strides[b]);
  }
  return finish(call, std::move(g));
}

absl::Status expand(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  IntArray size = call.frame().ints(1);
  if (static_cast<std::int64_t>(size.size()) < t.dim()) {
    return call.error("argument size: cannot expand shape ", shape_str(t.shape()), " to fewer dimensions, ",
                      shape_str(size));
  }
  std::size_t lead = size.size() - static_cast<std::size_t>(t.dim());
  Shape shape(size.size()), strides(size.size());
  for (std::size_t d = 0; d < size.size(); ++d) {
    std::int64_t own = d < lead ? 1 : t.shape()[d - lead];
    std::int64_t want = size[d] == -1 && d >= lead ? own : size[d];
    if (want < 0 || (own != 1 && own != want)) {
      return call.error("argument size: cannot expand shape ", shape_str(t.shape()), " to ", shape_str(size));
    }
    shape[d] = want;
    strides[d] = d < lead || own != want ? 0 : t.strides()[d - lead];
  }
  call.set_view(std::move(shape), std::move(strides), t.storage_offset());
  return absl::OkStatus();
}

absl::Status slice(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  const Frame& f = call.frame();
  if (t.dim() == 0) return call.error("argument dim: a 0-d tensor has no dimension to slice");
  Dim dim;
  SY_RETURN_IF_ERROR(call.dim(1, t.dim(), &dim));
  std::int64_t step = f.integer(4);
  if (step <= 0) return call.error("argument step: expected a positive step, got ", step, "; use flip to reverse");
  std::int64_t n = t.shape()[dim];
  auto bound = [n](std::optional<std::int64_t> v, std::int64_t missing) {
    if (!v) return missing;
    std::int64_t x = *v < 0 ? *v + n : *v;
    return std::clamp<std::int64_t>(x, 0, n);
  };
  std::int64_t start = bound(f.optional_integer(2), 0);
  std::int64_t end = std::max(bound(f.optional_integer(3), n), start);
  Geometry g(t);
  g.shape[dim] = end == start ? 0 : (end - start - 1) / step + 1;
  if (g.shape[dim] > 0) g.offset += start * t.strides()[dim];
  if (g.shape[dim] > 1) g.strides[dim] *= step;
  return finish(call, std::move(g));
}

absl::Status select(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  if (t.dim() == 0) return call.error("argument dim: a 0-d tensor has no dimension to select from");
  Dim dim;
  SY_RETURN_IF_ERROR(call.dim(1, t.dim(), &dim));
  std::int64_t n = t.shape()[dim];
  std::int64_t index = call.frame().integer(2);
  if (index < -n || index >= n) {
    return make_status(ErrorCode::kOutOfRange, str_cat(call.op(), ": argument index: ", index,
                                                       " is out of range for dimension ", dim, " of size ", n));
  }
  Geometry g(t);
  g.offset += (index < 0 ? index + n : index) * t.strides()[dim];
  g.shape.erase(dim);
  g.strides.erase(dim);
  return finish(call, std::move(g));
}

absl::Status squeeze(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  OptionalIntArray dims = call.frame().optional_ints(1);
  Shape chosen;
  if (dims) SY_RETURN_IF_ERROR(check_dims(call, 1, *dims, t.dim(), &chosen));
  Geometry g(t);
  for (std::int64_t d = t.dim() - 1; d >= 0; --d) {
    bool named = !dims || std::find(chosen.begin(), chosen.end(), d) != chosen.end();
    if (named && t.shape()[d] == 1) {
      g.shape.erase(d);
      g.strides.erase(d);
    }
  }
  return finish(call, std::move(g));
}

absl::Status unsqueeze(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  Dim dim;
  SY_RETURN_IF_ERROR(call.dim(1, t.dim() + 1, &dim));
  Geometry g(t);
  std::int64_t stride = dim < t.dim() ? t.shape()[dim] * t.strides()[dim] : 1;
  g.shape.insert(dim, 1);
  g.strides.insert(dim, stride);
  return finish(call, std::move(g));
}

absl::Status diagonal(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  const Frame& f = call.frame();
  if (t.dim() < 2) return call.error("argument self: expected at least 2 dimensions, got shape ", shape_str(t.shape()));
  Dim a, b;
  SY_RETURN_IF_ERROR(call.dim(2, t.dim(), &a));
  SY_RETURN_IF_ERROR(call.dim(3, t.dim(), &b));
  if (a == b) return call.error("argument dim2: dim1 and dim2 must differ, both are ", a);
  std::int64_t offset = f.integer(1);
  std::int64_t rows = t.shape()[a], cols = t.shape()[b];
  std::int64_t size =
      offset >= 0 ? std::min(rows, cols - std::min(offset, cols)) : std::min(rows - std::min(-offset, rows), cols);
  Geometry g(t);
  std::int64_t stride = t.strides()[a] + t.strides()[b];
  if (size > 0) g.offset += offset >= 0 ? offset * t.strides()[b] : -offset * t.strides()[a];
  g.shape.erase(std::max(a, b));
  g.shape.erase(std::min(a, b));
  g.strides.erase(std::max(a, b));
  g.strides.erase(std::min(a, b));
  g.shape.push_back(size);
  g.strides.push_back(stride);
  return finish(call, std::move(g));
}

absl::Status unfold(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  const Frame& f = call.frame();
  if (t.dim() == 0) return call.error("argument self: a 0-d tensor has no windows");
  Dim dim;
  SY_RETURN_IF_ERROR(call.dim(1, t.dim(), &dim));
  std::int64_t size = f.integer(2), step = f.integer(3);
  if (size < 0 || size > t.shape()[dim]) {
    return call.error("argument size: expected 0 to ", t.shape()[dim], ", got ", size);
  }
  if (step <= 0) return call.error("argument step: expected a positive step, got ", step);
  Geometry g(t);
  g.shape[dim] = (t.shape()[dim] - size) / step + 1;
  // A step beyond the only window leads nowhere.
  if (__builtin_mul_overflow(t.strides()[dim], g.shape[dim] > 1 ? step : 1, &g.strides[dim])) {
    return call.error("argument step: ", step, " is too large");
  }
  g.shape.push_back(size);
  g.strides.push_back(t.strides()[dim]);
  return finish(call, std::move(g));
}

absl::Status as_strided(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  const Frame& f = call.frame();
  IntArray size = f.ints(1), stride = f.ints(2);
  if (size.size() != stride.size()) {
    return call.error("argument stride: expected ", size.size(), " strides for size ", shape_str(size), ", got ",
                      shape_str(stride));
  }
  std::int64_t offset = f.optional_integer(3).value_or(t.storage_offset());
  std::int64_t numel;
  absl::Status ok = checked_numel(size, &numel);
  if (!ok.ok()) return call.error(std::string(ok.message()));
  __int128 low = offset, high = offset;
  for (std::size_t d = 0; d < size.size(); ++d) {
    __int128 reach = static_cast<__int128>(size[d] - 1) * stride[d];
    (reach < 0 ? low : high) += reach;
  }
  std::int64_t held = t.storage() ? static_cast<std::int64_t>(t.storage()->bytes() / t.itemsize()) : t.numel();
  if (numel > 0 && (low < 0 || high >= held)) {
    return call.error("size ", shape_str(size), ", stride ", shape_str(stride), " and offset ", offset,
                      " reach outside the storage of ", held, " elements");
  }
  call.set_view(Shape(size.begin(), size.end()), Shape(stride.begin(), stride.end()), offset);
  return absl::OkStatus();
}

absl::Status flip(MetaCall& call) {
  const TensorBase& t = call.tensor(0);
  Shape dims;
  SY_RETURN_IF_ERROR(check_dims(call, 1, call.frame().ints(1), t.dim(), &dims));
  Geometry g(t);
  if (t.dim() == 0) return finish(call, std::move(g));
  for (std::int64_t d : dims) {
    if (t.shape()[d] > 0) g.offset += (t.shape()[d] - 1) * t.strides()[d];
    g.strides[d] = -g.strides[d];
  }
  return finish(call, std::move(g));
}

}  // namespace sy::meta
