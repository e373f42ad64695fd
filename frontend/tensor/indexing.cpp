#include "switchyard/tensor/indexing.h"

#include <algorithm>

#include "switchyard/ops/operators.h"

namespace sy {
namespace {

/// A slice with a negative step: the elements first, first + step, ... as a forward slice that is flipped.
Tensor backward_slice(const Tensor& t, std::int64_t dim, const Slice& s) {
  // Steps beyond any size all visit one element; the bound keeps the negation defined.
  std::int64_t n = t.size(dim), step = -std::max(s.step, -(std::int64_t{1} << 62));
  auto bound = [n](std::optional<std::int64_t> v, std::int64_t missing) {
    if (!v) return missing;
    return std::clamp<std::int64_t>(*v < 0 ? *v + n : *v, -1, n - 1);
  };
  std::int64_t first = bound(s.start, n - 1), last = bound(s.stop, -1);
  if (first <= last) return t.slice(dim, 0, 0);
  std::int64_t count = (first - last - 1) / step + 1;
  std::int64_t lowest = first - (count - 1) * step;
  return t.slice(dim, lowest, first + 1, step).flip(dim);
}

/// The basic part done as views; tensors are left for the advanced part, one entry per dimension.
struct Split {
  Tensor view;
  std::vector<Tensor> advanced;
};

Split split_index(const Tensor& self, std::initializer_list<Index> indices) {
  require(self.defined(), "index: the tensor is undefined");
  std::int64_t consumed = 0;
  int ellipses = 0;
  for (const Index& index : indices) {
    if (auto* t = std::get_if<Tensor>(&index.value())) require(t->defined(), "index: an undefined tensor");
    if (std::holds_alternative<Ellipsis>(index.value())) ++ellipses;
    else if (auto* t = std::get_if<Tensor>(&index.value())) consumed += t->dtype() == kBool ? t->dim() : 1;
    else if (!std::holds_alternative<NewAxis>(index.value())) ++consumed;
  }
  require(ellipses <= 1, "index: more than one ellipsis");
  require(consumed <= self.dim(), "index: ", consumed, " indices for a tensor of ", self.dim(), " dimension(s)");
  Split out{self, {}};
  std::int64_t dim = 0;
  auto keep = [&](std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) out.advanced.emplace_back();
    dim += n;
  };
  for (const Index& index : indices) {
    if (auto* i = std::get_if<std::int64_t>(&index.value())) {
      out.view = out.view.select(dim, *i);
    } else if (auto* s = std::get_if<Slice>(&index.value())) {
      require(s->step != 0, "index: the step of a slice is 0");
      out.view = s->step > 0 ? out.view.slice(dim, s->start, s->stop, s->step) : backward_slice(out.view, dim, *s);
      keep(1);
    } else if (std::holds_alternative<Ellipsis>(index.value())) {
      keep(self.dim() - consumed);
    } else if (std::holds_alternative<NewAxis>(index.value())) {
      out.view = out.view.unsqueeze(dim);
      keep(1);
    } else {
      const Tensor& t = std::get<Tensor>(index.value());
      // A mask takes several dimensions with one entry, which is what index() expects.
      out.advanced.push_back(t);
      dim += t.dtype() == kBool ? t.dim() : 1;
    }
  }
  while (!out.advanced.empty() && !out.advanced.back().defined()) out.advanced.pop_back();
  return out;
}

}  // namespace

Tensor Tensor::operator[](std::initializer_list<Index> indices) const {
  Split s = split_index(*this, indices);
  return s.advanced.empty() ? s.view : sy::index(s.view, s.advanced);
}

Tensor Tensor::operator[](const Tensor& index) const { return (*this)[{Index(index)}]; }

void Tensor::put(std::initializer_list<Index> indices, const Tensor& value) const {
  Split s = split_index(*this, indices);
  if (s.advanced.empty()) {
    s.view.copy_(value);
  } else {
    s.view.index_put_(s.advanced, value);
  }
}

void Tensor::put(std::initializer_list<Index> indices, const Scalar& value) const {
  put(indices, full({}, value, dtype(), device()));
}

}  // namespace sy
