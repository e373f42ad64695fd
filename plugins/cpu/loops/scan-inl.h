// Scans, compiled once per target.
#if defined(SY_CPU_LOOPS_SCAN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SY_CPU_LOOPS_SCAN_INL_H_
#undef SY_CPU_LOOPS_SCAN_INL_H_
#else
#define SY_CPU_LOOPS_SCAN_INL_H_
#endif

#include "hwy/highway.h"
#include "loops/narrow-inl.h"
#include "loops/scan.h"
#include "loops/types.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Each lane's neighbour `distance` before it, or 0.
template <class D>
struct Earlier {
  using DI = hn::RebindToSigned<D>;
  HWY_INLINE explicit Earlier(std::int64_t distance) {
    const auto lane = hn::Iota(DI(), 0);
    const auto step = hn::Set(DI(), distance);
    const auto exists = hn::VecFromMask(DI(), hn::Gt(lane, hn::Sub(step, hn::Set(DI(), 1))));
    indices = hn::IndicesFromVec(D(), hn::And(exists, hn::Sub(lane, step)));
    mask = hn::BitCast(D(), exists);
  }
  HWY_INLINE hn::VFromD<D> add_to(hn::VFromD<D> v) const {
    return hn::Add(v, hn::And(mask, hn::TableLookupLanes(v, indices)));
  }
  decltype(hn::IndicesFromVec(D(), hn::Zero(DI()))) indices;
  hn::VFromD<D> mask;
};

template <class D, class T>
HWY_INLINE hn::VFromD<D> load_wide(D d, const T* x) {
  if constexpr (std::is_same_v<T, double>) {
    return hn::LoadU(d, x);
  } else {
    return hn::PromoteTo(d, hn::LoadU(hn::Rebind<T, D>(), x));
  }
}
template <class D, class V, class T>
HWY_INLINE void store_narrow(D d, V v, T* out) {
  if constexpr (std::is_same_v<T, double>) {
    hn::StoreU(v, d, out);
  } else {
    const hn::Rebind<T, D> narrow;
    hn::StoreU(narrow_to(narrow, v), narrow, out);
  }
}

// Sums within a vector first: a vector waits for the one before it in one addition alone.
template <class T>
void scan_line(const T* x, T* out, std::int64_t n, double* sum) {
  const hn::CappedTag<double, 8> d;
  using D = std::remove_const_t<decltype(d)>;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const hn::RebindToSigned<D> di;
  const auto last = hn::IndicesFromVec(d, hn::Set(di, lanes - 1));
  const Earlier<D> one(1), two(2), four(4);
  auto carry = hn::Set(d, *sum);
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    auto v = one.add_to(load_wide(d, x + i));
    if constexpr (hn::MaxLanes(D()) > 2) v = two.add_to(v);
    if constexpr (hn::MaxLanes(D()) > 4) v = four.add_to(v);
    store_narrow(d, hn::Add(v, carry), out + i);
    carry = hn::Add(carry, hn::TableLookupLanes(v, last));
  }
  double total = hn::GetLane(carry);
  for (; i < n; ++i) {
    total += static_cast<double>(x[i]);
    out[i] = static_cast<T>(total);
  }
  *sum = total;
}
template <class T>
void scan_line(const T* x, std::int64_t* out, std::int64_t n, std::int64_t* sum) {
  std::int64_t total = *sum;
  for (std::int64_t i = 0; i < n; ++i) out[i] = total = wrap_add(total, static_cast<std::int64_t>(x[i]));
  *sum = total;
}

// Elements of neighbouring lines lie side by side in x, those of a line in out: tiles change between the two.
template <class T, class R, class Acc>
void scan_across(const T* x, R* out, const Strip& strip, Acc* sums) {
  constexpr std::int64_t kSteps = 16;
  R tile[kSteps][kScanLines];
  const auto add_step = [&](std::int64_t s) {
    SY_IVDEP
    for (std::int64_t k = 0; k < kScanLines; ++k) {
      sums[k] = wrap_add(sums[k], static_cast<Acc>(x[k]));
      tile[s][k] = static_cast<R>(sums[k]);
    }
    x += strip.x_step;
  };
  std::int64_t i = 0;
  for (; i + kSteps <= strip.n; i += kSteps, out += kSteps) {
    for (std::int64_t s = 0; s < kSteps; ++s) add_step(s);
    for (std::int64_t k = 0; k < kScanLines; ++k) {
      R* line = out + k * strip.out_line;
      for (std::int64_t s = 0; s < kSteps; ++s) line[s] = tile[s][k];
    }
  }
  for (; i < strip.n; ++i, ++out) {
    add_step(0);
    for (std::int64_t k = 0; k < kScanLines; ++k) out[k * strip.out_line] = tile[0][k];
  }
}

template <class T, class R, class Acc>
void scan_lines(const T* x, R* out, const Strip& strip, Acc* sums) {
  const bool whole = strip.lines == kScanLines;
  if (whole && strip.x_line == 1 && strip.out_step == 1) return scan_across(x, out, strip, sums);
  for (std::int64_t i = 0; i < strip.n; ++i, x += strip.x_step, out += strip.out_step) {
    if (whole && strip.x_line == 1) {
      SY_IVDEP
      for (std::int64_t k = 0; k < kScanLines; ++k) sums[k] = wrap_add(sums[k], static_cast<Acc>(x[k]));
    } else {
      for (std::int64_t k = 0; k < strip.lines; ++k) sums[k] = wrap_add(sums[k], static_cast<Acc>(x[k * strip.x_line]));
    }
    if (whole && strip.out_line == 1) {
      SY_IVDEP
      for (std::int64_t k = 0; k < kScanLines; ++k) out[k] = static_cast<R>(sums[k]);
    } else {
      for (std::int64_t k = 0; k < strip.lines; ++k) out[k * strip.out_line] = static_cast<R>(sums[k]);
    }
  }
}

template <class T>
void scan_strip(const Strip& strip, ScanSums& sums) {
  constexpr bool kFloating = std::is_floating_point_v<T>;
  using R = std::conditional_t<kFloating, T, std::int64_t>;
  const T* x = reinterpret_cast<const T*>(strip.x);
  R* out = reinterpret_cast<R*>(strip.out);
  std::conditional_t<kFloating, double, std::int64_t>* acc;
  if constexpr (kFloating) {
    acc = sums.floating;
  } else {
    acc = sums.integer;
  }
  if (strip.lines == 1 && strip.x_step == 1 && strip.out_step == 1) {
    scan_line(x, out, strip.n, acc);
  } else {
    scan_lines(x, out, strip, acc);
  }
}

template <class... T>
ScanFn scan_fn(std::uint32_t dtype, Types<T...>) {
  ScanFn fn = nullptr;
  ((dtype == kIdOf<T> ? static_cast<void>(fn = &scan_strip<T>) : static_cast<void>(0)), ...);
  return fn;
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
