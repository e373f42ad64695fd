// Row functions for elementwise kernels, compiled once per target: loops that the compiler vectorises over functors,
// and Highway loops over vector functors.
#if defined(SY_CPU_LOOPS_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SY_CPU_LOOPS_ROWS_INL_H_
#undef SY_CPU_LOOPS_ROWS_INL_H_
#else
#define SY_CPU_LOOPS_ROWS_INL_H_
#endif

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "hwy/highway.h"
#include "loops/pointwise.h"
#include "loops/types.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A functor may take the kernel's context in its constructor.
template <class F>
HWY_INLINE F make_functor(const void* context) {
  if constexpr (std::is_constructible_v<F, const void*>) {
    return F(context);
  } else {
    static_cast<void>(context);
    return F{};
  }
}

template <class F, class T>
void unary_row(const void* const* in, void* out, std::int64_t n, const void* context) {
  using R = decltype(std::declval<F>()(T{}));
  const F f = make_functor<F>(context);
  const T* a = static_cast<const T*>(in[0]);
  R* o = static_cast<R*>(out);
  SY_IVDEP
  for (std::int64_t i = 0; i < n; ++i) o[i] = f(a[i]);
}

template <class F, class T>
void binary_row(const void* const* in, void* out, std::int64_t n, const void* context) {
  using R = decltype(std::declval<F>()(T{}, T{}));
  const F f = make_functor<F>(context);
  const T* a = static_cast<const T*>(in[0]);
  const T* b = static_cast<const T*>(in[1]);
  R* o = static_cast<R*>(out);
  SY_IVDEP
  for (std::int64_t i = 0; i < n; ++i) o[i] = f(a[i], b[i]);
}

template <class F, class T>
void ternary_row(const void* const* in, void* out, std::int64_t n, const void* context) {
  const F f = make_functor<F>(context);
  const T* a = static_cast<const T*>(in[0]);
  const T* b = static_cast<const T*>(in[1]);
  const T* c = static_cast<const T*>(in[2]);
  T* o = static_cast<T*>(out);
  SY_IVDEP
  for (std::int64_t i = 0; i < n; ++i) o[i] = f(a[i], b[i], c[i]);
}

// The widest vector that any target has.
inline constexpr std::size_t kMaxVectorBytes = 256;

// Whole vectors first; the rest of a row is padded in a buffer, so that every element is computed by
// the same instructions wherever it lies.
template <class F, class T>
void vector_unary_row(const void* const* in, void* out, std::int64_t n, const void* context) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const F f = make_functor<F>(context);
  const T* a = static_cast<const T*>(in[0]);
  T* o = static_cast<T*>(out);
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(f(d, hn::LoadU(d, a + i)), d, o + i);
  if (i < n) {
    HWY_ALIGN T rest[kMaxVectorBytes / sizeof(T)] = {};
    std::memcpy(rest, a + i, (n - i) * sizeof(T));
    hn::Store(f(d, hn::Load(d, rest)), d, rest);
    std::memcpy(o + i, rest, (n - i) * sizeof(T));
  }
}

template <class F, class T>
void vector_binary_row(const void* const* in, void* out, std::int64_t n, const void* context) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const F f = make_functor<F>(context);
  const T* a = static_cast<const T*>(in[0]);
  const T* b = static_cast<const T*>(in[1]);
  T* o = static_cast<T*>(out);
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(f(d, hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, o + i);
  if (i < n) {
    HWY_ALIGN T rest_a[kMaxVectorBytes / sizeof(T)] = {};
    HWY_ALIGN T rest_b[kMaxVectorBytes / sizeof(T)] = {};
    std::memcpy(rest_a, a + i, (n - i) * sizeof(T));
    std::memcpy(rest_b, b + i, (n - i) * sizeof(T));
    hn::Store(f(d, hn::Load(d, rest_a), hn::Load(d, rest_b)), d, rest_a);
    std::memcpy(o + i, rest_a, (n - i) * sizeof(T));
  }
}

// Tables over a set of types; f16 and bf16 share the row of float.
template <class... T>
constexpr RowTable fill_table(const RowFn* rows, Types<T...>) {
  RowTable table;
  int k = 0;
  ((table.row[kIdOf<T>] = rows[k++]), ...);
  table.row[SY_F16] = table.row[SY_BF16] = table.row[SY_F32];
  return table;
}
template <template <class> class F, class... T>
constexpr RowTable unary_table(Types<T...> types) {
  constexpr RowFn kRows[] = {&unary_row<F<T>, T>...};
  return fill_table(kRows, types);
}
template <template <class> class F, class... T>
constexpr RowTable binary_table(Types<T...> types) {
  constexpr RowFn kRows[] = {&binary_row<F<T>, T>...};
  return fill_table(kRows, types);
}
template <template <class> class F, class... T>
constexpr RowTable ternary_table(Types<T...> types) {
  constexpr RowFn kRows[] = {&ternary_row<F<T>, T>...};
  return fill_table(kRows, types);
}
// F: a functor `V operator()(D d, V x)` for float and double vectors.
template <class F>
constexpr RowTable vector_unary_table() {
  constexpr RowFn kRows[] = {&vector_unary_row<F, float>, &vector_unary_row<F, double>};
  return fill_table(kRows, FloatTypes{});
}
template <class F>
constexpr RowTable vector_binary_table() {
  constexpr RowFn kRows[] = {&vector_binary_row<F, float>, &vector_binary_row<F, double>};
  return fill_table(kRows, FloatTypes{});
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
