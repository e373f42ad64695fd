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

#include "hwy/cache_control.h"
#include "loops/bf16-inl.h"
#include "loops/pointwise.h"
#include "loops/types.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {

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

// For loops with so many instructions between their loads that few of these are under way at a time. The distances are by
// trial: rows of 10^7 took up to a third less time.
template <class T>
HWY_INLINE void prefetch_input(const T* at) {
  hwy::Prefetch(at + 2048 / sizeof(T));
}
template <class T>
HWY_INLINE void prefetch_output(const T* at) {
  hwy::Prefetch(at + 4096 / sizeof(T));
}

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
  for (; i + lanes <= n; i += lanes) {
    prefetch_input(a + i);
    prefetch_output(o + i);
    hn::StoreU(f(d, hn::LoadU(d, a + i)), d, o + i);
  }
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
  for (; i + lanes <= n; i += lanes) {
    prefetch_input(a + i);
    prefetch_input(b + i);
    prefetch_output(o + i);
    hn::StoreU(f(d, hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, o + i);
  }
  if (i < n) {
    HWY_ALIGN T rest_a[kMaxVectorBytes / sizeof(T)] = {};
    HWY_ALIGN T rest_b[kMaxVectorBytes / sizeof(T)] = {};
    std::memcpy(rest_a, a + i, (n - i) * sizeof(T));
    std::memcpy(rest_b, b + i, (n - i) * sizeof(T));
    hn::Store(f(d, hn::Load(d, rest_a), hn::Load(d, rest_b)), d, rest_a);
    std::memcpy(o + i, rest_a, (n - i) * sizeof(T));
  }
}

// A functor on float, for bf16 itself: large tensors of it are bound by memory, and a detour through buffers of float
// would cost more than the arithmetic.
template <class F>
struct OnBf16 {
  F f;
  explicit OnBf16(const void* context) : f(make_functor<F>(context)) {}
  template <class... A>
  auto operator()(A... a) const {
    const auto r = f(bf16_to_f32(a)...);
    if constexpr (std::is_same_v<decltype(r), const float>) {
      return f32_to_bf16(r);
    } else {
      return r;
    }
  }
};

#if SY_CPU_BF16_VECTORS
// A functor may have a form of less precision for bf16.
template <class F>
HWY_INLINE void unary_bf16_pair(const F& f, const std::uint16_t* from, std::uint16_t* to) {
  const Bf16Pair x = load_bf16_pair(from);
  if constexpr (requires { f.bf16(x.even); }) {
    store_bf16_pair({f.bf16(x.even), f.bf16(x.odd)}, to);
  } else {
    store_bf16_pair({f(Bf16Lanes(), x.even), f(Bf16Lanes(), x.odd)}, to);
  }
}

template <class F>
void vector_unary_bf16_row(const void* const* in, void* out, std::int64_t n, const void* context) {
  const std::int64_t step = 2 * static_cast<std::int64_t>(hn::Lanes(Bf16Lanes()));
  const F f = make_functor<F>(context);
  const std::uint16_t* a = static_cast<const std::uint16_t*>(in[0]);
  std::uint16_t* o = static_cast<std::uint16_t*>(out);
  std::int64_t i = 0;
  for (; i + step <= n; i += step) {
    prefetch_input(a + i);
    prefetch_output(o + i);
    unary_bf16_pair(f, a + i, o + i);
  }
  if (i < n) {
    std::uint16_t rest[kMaxVectorBytes / sizeof(std::uint16_t)] = {};
    std::memcpy(rest, a + i, (n - i) * sizeof(std::uint16_t));
    unary_bf16_pair(f, rest, rest);
    std::memcpy(o + i, rest, (n - i) * sizeof(std::uint16_t));
  }
}
#endif

// Tables over a set of types; f16 and bf16 share the row of float.
template <class... T>
constexpr RowTable fill_table(const RowFn* rows, Types<T...>) {
  RowTable table;
  int k = 0;
  ((table.row[kIdOf<T>] = rows[k++]), ...);
  table.row[SY_F16] = table.row[SY_BF16] = table.row[SY_F32];
  return table;
}
// With a row of its own for bf16, which is never null: under UBSan no address may be compared in a constant.
template <class... T>
constexpr RowTable fill_table(const RowFn* rows, Types<T...> types, RowFn bf16) {
  RowTable table = fill_table(rows, types);
  table.row[SY_BF16] = bf16;
  table.raw_bf16 = true;
  return table;
}
template <class... T>
inline constexpr bool kHasFloat = (std::is_same_v<T, float> || ...);
template <template <class> class F, class... T>
constexpr RowTable unary_table(Types<T...> types) {
  constexpr RowFn kRows[] = {&unary_row<F<T>, T>...};
  if constexpr (SY_CPU_BF16_VECTORS && kHasFloat<T...>)
    return fill_table(kRows, types, &unary_row<OnBf16<F<float>>, std::uint16_t>);
  return fill_table(kRows, types);
}
template <template <class> class F, class... T>
constexpr RowTable binary_table(Types<T...> types) {
  constexpr RowFn kRows[] = {&binary_row<F<T>, T>...};
  if constexpr (SY_CPU_BF16_VECTORS && kHasFloat<T...>)
    return fill_table(kRows, types, &binary_row<OnBf16<F<float>>, std::uint16_t>);
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
#if SY_CPU_BF16_VECTORS
  return fill_table(kRows, FloatTypes{}, &vector_unary_bf16_row<F>);
#else
  return fill_table(kRows, FloatTypes{});
#endif
}
template <class F>
constexpr RowTable vector_binary_table() {
  constexpr RowFn kRows[] = {&vector_binary_row<F, float>, &vector_binary_row<F, double>};
  return fill_table(kRows, FloatTypes{});
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
