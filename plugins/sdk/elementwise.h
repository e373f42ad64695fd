// Strided loops over the operands of a pointwise call: no allocation, a fast path for contiguous operands.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>

#include "switchyard/sdk/call.h"

namespace sy::sdk {

namespace detail {

/// Strides of the operand over the shape of the result; a host scalar (any 0-d operand) repeats.
inline std::int64_t operand_stride(const Tensor& t, int d) { return t.ndim() == 0 ? 0 : t.abi()->view.strides[d]; }

/// One dimension. The result may be the same memory as an input: each element is read before it is written.
template <typename Out, typename... In, typename Fn, std::size_t... kI>
void map_row(std::int64_t n, Out* out, std::int64_t out_stride, [[maybe_unused]] std::tuple<const In*...> in,
             [[maybe_unused]] const std::array<std::int64_t, sizeof...(In)>& strides, const Fn& fn,
             std::index_sequence<kI...>) {
  if (out_stride == 1 && ((strides[kI] == 1) && ...)) {
    for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<Out>(fn(std::get<kI>(in)[i]...));
  } else {
    for (std::int64_t i = 0; i < n; ++i) {
      out[i * out_stride] = static_cast<Out>(fn(std::get<kI>(in)[i * strides[kI]]...));
    }
  }
}

template <typename Out, typename... In, typename Fn, std::size_t... kI>
void map_dim(int d, const Tensor& result, Out* out, [[maybe_unused]] std::tuple<const In*...> in,
             [[maybe_unused]] const std::array<Tensor, sizeof...(In)>& operands, const Fn& fn,
             std::index_sequence<kI...> seq) {
  const std::int64_t n = result.shape()[d];
  const std::int64_t out_stride = result.strides()[d];
  const std::array<std::int64_t, sizeof...(In)> strides = {operand_stride(operands[kI], d)...};
  if (d == result.ndim() - 1) return map_row<Out, In...>(n, out, out_stride, in, strides, fn, seq);
  for (std::int64_t i = 0; i < n; ++i) {
    map_dim<Out, In...>(d + 1, result, out + i * out_stride,
                        std::tuple<const In*...>(std::get<kI>(in) + i * strides[kI]...), operands, fn, seq);
  }
}

}  // namespace detail

/// result[i] = fn(operands[i]...) over all logical indices i. The operands have the result's shape (stride 0 where they
/// were broadcast) or are 0-d; element types are In... and Out. The result may be exactly the memory of an operand.
template <typename Out, typename... In, typename Fn, typename... Operands>
void map(const Tensor& result, const Fn& fn, const Operands&... operands) {
  static_assert(sizeof...(In) == sizeof...(Operands), "one element type per operand");
  if (result.numel() == 0) return;
  const std::tuple<const In*...> in(operands.template data<In>()...);
  constexpr auto kSeq = std::index_sequence_for<In...>();
  if (result.ndim() == 0) {
    detail::map_row<Out, In...>(1, result.data<Out>(), 1, in, {}, fn, kSeq);
  } else {
    detail::map_dim<Out, In...>(0, result, result.data<Out>(), in, {operands...}, fn, kSeq);
  }
}

/// result = fn(a).
template <typename Out, typename A, typename Fn>
void unary(const Tensor& result, const Tensor& a, const Fn& fn) {
  map<Out, A>(result, fn, a);
}
/// result = fn(a, b).
template <typename Out, typename A, typename B, typename Fn>
void binary(const Tensor& result, const Tensor& a, const Tensor& b, const Fn& fn) {
  map<Out, A, B>(result, fn, a, b);
}
/// result = fn(a, b, c).
template <typename Out, typename A, typename B, typename C, typename Fn>
void ternary(const Tensor& result, const Tensor& a, const Tensor& b, const Tensor& c, const Fn& fn) {
  map<Out, A, B, C>(result, fn, a, b, c);
}

}  // namespace sy::sdk
