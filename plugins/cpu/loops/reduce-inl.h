// Fold functions, compiled once per target. An operation Op over element type T has
//   using Acc; static Acc identity(); static Acc fold(Acc, T); static Acc merge(Acc, Acc);
// or, with a parameter per output, `using Param` and fold(Acc, T, Param).
#if defined(SY_CPU_LOOPS_REDUCE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SY_CPU_LOOPS_REDUCE_INL_H_
#undef SY_CPU_LOOPS_REDUCE_INL_H_
#else
#define SY_CPU_LOOPS_REDUCE_INL_H_
#endif

#include "loops/reduce.h"
#include "loops/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {

// Independent accumulators, so that additions need not wait for each other and rounding errors stay small.
inline constexpr int kFoldLanes = 32;

template <class Op, class T, class... P>
HWY_INLINE void fold_run(const T* x, std::int64_t n, typename Op::Acc* acc, P... param) {
  using Acc = typename Op::Acc;
  if (n < kFoldLanes) {
    Acc a = *acc;
    for (std::int64_t i = 0; i < n; ++i) a = Op::fold(a, x[i], param...);
    *acc = a;
    return;
  }
  Acc lanes[kFoldLanes];
  for (int k = 0; k < kFoldLanes; ++k) lanes[k] = Op::identity();
  std::int64_t i = 0;
  for (; i + kFoldLanes <= n; i += kFoldLanes) {
    for (int k = 0; k < kFoldLanes; ++k) lanes[k] = Op::fold(lanes[k], x[i + k], param...);
  }
  for (int k = 0; i + k < n; ++k) lanes[k] = Op::fold(lanes[k], x[i + k], param...);
  for (int width = kFoldLanes / 2; width > 0; width /= 2) {
    for (int k = 0; k < width; ++k) lanes[k] = Op::merge(lanes[k], lanes[k + width]);
  }
  *acc = Op::merge(*acc, lanes[0]);
}

template <class Op, class T>
void fold_inner_row(const void* x, std::int64_t n, void* acc, const void*) {
  fold_run<Op>(static_cast<const T*>(x), n, static_cast<typename Op::Acc*>(acc));
}
template <class Op, class T, class... P>
HWY_INLINE void fold_rows(const void* const* x, int rows, std::int64_t n, typename Op::Acc* acc, const P*... param) {
  int r = 0;
  for (; r + 4 <= rows; r += 4) {
    const T* x0 = static_cast<const T*>(x[r]);
    const T* x1 = static_cast<const T*>(x[r + 1]);
    const T* x2 = static_cast<const T*>(x[r + 2]);
    const T* x3 = static_cast<const T*>(x[r + 3]);
    SY_IVDEP
    for (std::int64_t i = 0; i < n; ++i) {
      const typename Op::Acc two = Op::fold(Op::fold(acc[i], x0[i], param[i]...), x1[i], param[i]...);
      acc[i] = Op::fold(Op::fold(two, x2[i], param[i]...), x3[i], param[i]...);
    }
  }
  for (; r < rows; ++r) {
    const T* row = static_cast<const T*>(x[r]);
    SY_IVDEP
    for (std::int64_t i = 0; i < n; ++i) acc[i] = Op::fold(acc[i], row[i], param[i]...);
  }
}
template <class Op, class T>
void fold_outer_row(const void* const* x, int rows, std::int64_t n, void* acc, const void*) {
  fold_rows<Op, T>(x, rows, n, static_cast<typename Op::Acc*>(acc));
}
template <class Op, class T>
void fold_inner_row_with(const void* x, std::int64_t n, void* acc, const void* param) {
  fold_run<Op>(static_cast<const T*>(x), n, static_cast<typename Op::Acc*>(acc),
               *static_cast<const typename Op::Param*>(param));
}
template <class Op, class T>
void fold_outer_row_with(const void* const* x, int rows, std::int64_t n, void* acc, const void* param) {
  fold_rows<Op, T>(x, rows, n, static_cast<typename Op::Acc*>(acc), static_cast<const typename Op::Param*>(param));
}
template <class Op>
void merge_row(const void* from, std::int64_t n, void* acc) {
  const auto* f = static_cast<const typename Op::Acc*>(from);
  auto* a = static_cast<typename Op::Acc*>(acc);
  for (std::int64_t i = 0; i < n; ++i) a[i] = Op::merge(a[i], f[i]);
}
template <class Op>
void identity_row(void* acc, std::int64_t n) {
  auto* a = static_cast<typename Op::Acc*>(acc);
  for (std::int64_t i = 0; i < n; ++i) a[i] = Op::identity();
}

template <class Op, class T>
constexpr Fold make_fold() {
  return {&fold_inner_row<Op, T>, &fold_outer_row<Op, T>,   &merge_row<Op>,
          &identity_row<Op>,      sizeof(typename Op::Acc), 0};
}
template <class Op, class T>
constexpr Fold make_fold_with_param() {
  return {&fold_inner_row_with<Op, T>, &fold_outer_row_with<Op, T>, &merge_row<Op>,
          &identity_row<Op>,           sizeof(typename Op::Acc),    sizeof(typename Op::Param)};
}
template <template <class> class Op, class... T>
constexpr FoldTable fold_table(Types<T...>) {
  FoldTable table;
  ((table.fold[kIdOf<T>] = make_fold<Op<T>, T>()), ...);
  table.fold[SY_F16] = table.fold[SY_BF16] = table.fold[SY_F32];
  return table;
}

/// Floating values in f64, integers and bool in i64.
template <class T>
using WideAcc = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;

template <class T>
struct SumOp {
  using Acc = WideAcc<T>;
  static Acc identity() { return 0; }
  static Acc fold(Acc a, T x) { return wrap_add(a, static_cast<Acc>(x)); }
  static Acc merge(Acc a, Acc b) { return wrap_add(a, b); }
};

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
