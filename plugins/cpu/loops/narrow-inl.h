// f64 to f32 in vectors, compiled once per target.
#if defined(SY_CPU_LOOPS_NARROW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SY_CPU_LOOPS_NARROW_INL_H_
#undef SY_CPU_LOOPS_NARROW_INL_H_
#else
#define SY_CPU_LOOPS_NARROW_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// What is too large becomes infinite, as by a cast. Where Highway emulates vectors, it would become the largest number.
template <class D>
HWY_INLINE hn::VFromD<D> narrow_to(D d, hn::VFromD<hn::Rebind<double, D>> v) {
#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR
  const hn::Rebind<double, D> wide;
  HWY_ALIGN double from[16 / sizeof(double)];
  HWY_ALIGN float to[16 / sizeof(float)];
  hn::Store(v, wide, from);
  for (std::size_t i = 0; i < hn::Lanes(wide); ++i) to[i] = static_cast<float>(from[i]);
  return hn::Load(d, to);
#else
  return hn::DemoteTo(d, v);
#endif
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
