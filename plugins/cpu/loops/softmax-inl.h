// Lines for run_lines, compiled once per target. An operation is written once, over vectors:
//   Op::template run<T>(line, in, out)
// where `line` visits the elements. A Row spreads one contiguous line over the lanes; Columns gives each lane a line.
#if defined(SY_CPU_LOOPS_SOFTMAX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SY_CPU_LOOPS_SOFTMAX_INL_H_
#undef SY_CPU_LOOPS_SOFTMAX_INL_H_
#else
#define SY_CPU_LOOPS_SOFTMAX_INL_H_
#endif

#include "loops/math-inl.h"
#include "loops/softmax.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {

template <class T>
HWY_INLINE hn::VFromD<hn::ScalableTag<T>> load_lanes(const T* p, std::int64_t used, T fill) {
  const hn::ScalableTag<T> d;
  if (used == static_cast<std::int64_t>(hn::Lanes(d))) return hn::LoadU(d, p);
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(used));
  return hn::IfThenElse(mask, hn::MaskedLoad(mask, d, p), hn::Set(d, fill));
}
template <class T, class V>
HWY_INLINE void store_lanes(V v, T* p, std::int64_t used) {
  const hn::ScalableTag<T> d;
  if (used == static_cast<std::int64_t>(hn::Lanes(d))) {
    hn::StoreU(v, d, p);
  } else {
    hn::BlendedStore(v, hn::FirstN(d, static_cast<std::size_t>(used)), d, p);
  }
}

template <class T>
struct Row {
  std::int64_t n;
  // fn(offset, used lanes)
  template <class Fn>
  HWY_INLINE void visit(const Fn& fn) const {
    const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<T>()));
    std::int64_t i = 0;
    for (; i + lanes <= n; i += lanes) fn(i, lanes);
    if (i < n) fn(i, n - i);
  }
  template <class V>
  HWY_INLINE V largest(V v) const {
    return hn::MaxOfLanes(hn::ScalableTag<T>(), v);
  }
  template <class V>
  HWY_INLINE V total(V v) const {
    return hn::SumOfLanes(hn::ScalableTag<T>(), v);
  }
};

template <class T>
struct Columns {
  std::int64_t n;
  std::int64_t stride;
  std::int64_t used;
  template <class Fn>
  HWY_INLINE void visit(const Fn& fn) const {
    for (std::int64_t i = 0; i < n; ++i) fn(i * stride, used);
  }
  template <class V>
  HWY_INLINE V largest(V v) const {
    return v;
  }
  template <class V>
  HWY_INLINE V total(V v) const {
    return v;
  }
};

// A sum in two levels: rounding errors grow with the length of one level.
template <class T>
struct LaneSum {
  using D = hn::ScalableTag<T>;
  hn::VFromD<D> part;
  hn::VFromD<D> whole;
  int steps;
  // Written out: an implicit constructor would not be compiled for the target.
  HWY_INLINE LaneSum() {
    part = hn::Zero(D());
    whole = hn::Zero(D());
    steps = 0;
  }
  template <class V>
  HWY_INLINE void add(V v) {
    part = hn::Add(part, v);
    if (++steps == 32) {
      whole = hn::Add(whole, part);
      part = hn::Zero(D());
      steps = 0;
    }
  }
  HWY_INLINE hn::VFromD<D> value() const { return hn::Add(whole, part); }
};

template <class Op, class T>
void line_row(const void* const* in, void* out, std::int64_t n) {
  const T* const inputs[2] = {static_cast<const T*>(in[0]), static_cast<const T*>(in[1])};
  Op::template run<T>(Row<T>{n}, inputs, static_cast<T*>(out));
}
template <class Op, class T>
void line_columns(const void* const* in, void* out, std::int64_t n, std::int64_t width, std::int64_t stride) {
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<T>()));
  for (std::int64_t c = 0; c < width; c += lanes) {
    const T* const inputs[2] = {static_cast<const T*>(in[0]) + c, static_cast<const T*>(in[1]) + c};
    Op::template run<T>(Columns<T>{n, stride, std::min(lanes, width - c)}, inputs, static_cast<T*>(out) + c);
  }
}

template <class Op>
LineFns line_fns(std::uint32_t dtype) {
  if (dtype == SY_F64) return {&line_row<Op, double>, &line_columns<Op, double>};
  return {&line_row<Op, float>, &line_columns<Op, float>};
}

// The largest element of each line, in every lane that belongs to it.
template <class T, class Line>
HWY_INLINE hn::VFromD<hn::ScalableTag<T>> line_largest(const Line& line, const T* x) {
  const hn::ScalableTag<T> d;
  constexpr T kLeast = -std::numeric_limits<T>::infinity();
  auto largest = hn::Set(d, kLeast);
  line.visit([&](std::int64_t at, std::int64_t used) { largest = hn::Max(largest, load_lanes(x + at, used, kLeast)); });
  return line.largest(largest);
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
