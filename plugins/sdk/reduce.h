// Loops of reductions: for each element of the result, the elements that it is made of.
#pragma once

#include <cstdint>

#include "switchyard/sdk/call.h"

namespace sy::sdk {

/// Bit per dimension.
inline std::uint64_t dim_mask(Ints dims, int ndim) {
  if (ndim > 64) throw Error(SY_UNSUPPORTED, "more than 64 dimensions");
  std::uint64_t mask = 0;
  for (const std::int64_t d : dims) mask |= std::uint64_t{1} << (d < 0 ? d + ndim : d);
  return mask;
}

namespace detail {

/// The stride of dimension d, or 0 where there are no elements: their memory may be NULL, and nothing is added to that.
inline std::int64_t step(const Tensor& t, int d) { return t.numel() == 0 ? 0 : t.stride(d); }

}  // namespace detail

/// The elements of self that one result is made of, in row-major order.
template <typename T>
class Reduced {
 public:
  Reduced(const Tensor& self, std::uint64_t mask, const T* first) : self_(self), mask_(mask), first_(first) {}

  std::int64_t size() const {
    std::int64_t n = 1;
    for (int d = 0; d < self_.ndim(); ++d) n *= is_reduced(d) ? self_.size(d) : 1;
    return n;
  }
  /// Calls fn(const T&) for each.
  template <typename Fn>
  void for_each(Fn&& fn) const {
    walk(0, first_, fn);
  }

 private:
  bool is_reduced(int d) const { return (mask_ >> d & 1) != 0; }
  template <typename Fn>
  void walk(int d, const T* p, Fn& fn) const {
    while (d < self_.ndim() && !is_reduced(d)) ++d;
    if (d == self_.ndim()) return static_cast<void>(fn(*p));
    const std::int64_t n = self_.size(d);
    const std::int64_t stride = detail::step(self_, d);
    for (std::int64_t i = 0; i < n; ++i) walk(d + 1, p + i * stride, fn);
  }

  Tensor self_;
  std::uint64_t mask_;
  const T* first_;
};

namespace detail {

template <typename In, typename Out, typename Fn>
void reduce_dim(int d, const Tensor& self, const Tensor& result, std::uint64_t mask, const In* in, Out* out, Fn& fn) {
  while (d < self.ndim() && (mask >> d & 1) != 0) ++d;
  if (d == self.ndim()) return static_cast<void>(*out = fn(Reduced<In>(self, mask, in)));
  const std::int64_t n = self.size(d);
  const std::int64_t in_step = step(self, d);
  const std::int64_t out_step = step(result, d);
  for (std::int64_t i = 0; i < n; ++i) {
    reduce_dim(d + 1, self, result, mask, in + i * in_step, out + i * out_step, fn);
  }
}

}  // namespace detail

/// result[o] = fn(elements) for each o, where elements is a Reduced<In> and fn returns an Out. The result has self's
/// dimensions, with size 1 at dims. An empty dims reduces nothing.
template <typename In, typename Out, typename Fn>
void reduce(const Tensor& self, const Tensor& result, Ints dims, Fn&& fn) {
  const std::uint64_t mask = dim_mask(dims, self.ndim());
  detail::reduce_dim(0, self, result, mask, static_cast<const In*>(self.data<In>()), result.data<Out>(), fn);
}

}  // namespace sy::sdk
