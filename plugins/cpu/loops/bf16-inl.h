// bf16 in vectors and alone, compiled once per target; rounds to nearest even, and keeps NaN.
#if defined(SY_CPU_LOOPS_BF16_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SY_CPU_LOOPS_BF16_INL_H_
#undef SY_CPU_LOOPS_BF16_INL_H_
#else
#define SY_CPU_LOOPS_BF16_INL_H_
#endif

#include <cstdint>
#include <cstring>

#include "hwy/highway.h"

// Targets with vectors of 16 and of 32 bits that convert into each other at no great cost.
#undef SY_CPU_BF16_VECTORS
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
#define SY_CPU_BF16_VECTORS 1
#else
#define SY_CPU_BF16_VECTORS 0
#endif

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

inline float bf16_to_f32(std::uint16_t h) {
  const std::uint32_t bits = static_cast<std::uint32_t>(h) << 16;
  float f;
  std::memcpy(&f, &bits, 4);
  return f;
}

inline std::uint16_t f32_to_bf16(float f) {
  std::uint32_t bits;
  std::memcpy(&bits, &f, 4);
  const std::uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  return static_cast<std::uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? (bits >> 16) | 0x40u : rounded);
}

#if SY_CPU_BF16_VECTORS
using Bf16Lanes = hn::ScalableTag<float>;

HWY_INLINE hn::VFromD<Bf16Lanes> load_bf16(const std::uint16_t* from) {
  const hn::RebindToUnsigned<Bf16Lanes> d;
  const hn::Rebind<std::uint16_t, Bf16Lanes> dh;
  return hn::BitCast(Bf16Lanes(), hn::ShiftLeft<16>(hn::PromoteTo(d, hn::LoadU(dh, from))));
}

HWY_INLINE void store_bf16(hn::VFromD<Bf16Lanes> v, std::uint16_t* to) {
  const hn::RebindToUnsigned<Bf16Lanes> d;
  const hn::Rebind<std::uint16_t, Bf16Lanes> dh;
  const auto bits = hn::BitCast(d, v);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(d, 1u));
  const auto rounded = hn::Add(hn::Add(bits, hn::Set(d, 0x7fffu)), odd);
  const auto number = hn::RebindMask(d, hn::Eq(v, v));
  const auto result = hn::IfThenElse(number, rounded, hn::Or(bits, hn::Set(d, 0x400000u)));
  hn::StoreU(hn::TruncateTo(dh, hn::ShiftRight<16>(result)), dh, to);
}

// Elements that follow each other, as those at even and at odd places: cheaper than one vector at a time.
struct Bf16Pair {
  hn::VFromD<Bf16Lanes> even, odd;
};

HWY_INLINE Bf16Pair load_bf16_pair(const std::uint16_t* from) {
  const Bf16Lanes d;
  const hn::RebindToUnsigned<Bf16Lanes> bits;
  const auto both = hn::BitCast(bits, hn::LoadU(hn::Repartition<std::uint16_t, Bf16Lanes>(), from));
  return {hn::BitCast(d, hn::ShiftLeft<16>(both)), hn::BitCast(d, hn::And(both, hn::Set(bits, 0xffff0000u)))};
}

// For results of functions: ties, which those do not have, are rounded away from zero, and the lower half of a NaN must
// be 0.
HWY_INLINE void store_bf16_pair(Bf16Pair v, std::uint16_t* to) {
  const hn::RebindToUnsigned<Bf16Lanes> d;
  const hn::Repartition<std::uint16_t, Bf16Lanes> dh;
  const auto half = hn::Set(d, 0x8000u);
  const auto even = hn::Add(hn::BitCast(d, v.even), half);
  const auto odd = hn::BitCast(dh, hn::Add(hn::BitCast(d, v.odd), half));
#if HWY_TARGET == HWY_AVX3
  // A shift and a blend in one instruction.
  const auto result =
      hn::VFromD<decltype(dh)>{_mm512_mask_alignr_epi8(odd.raw, 0x3333333333333333u, even.raw, even.raw, 2)};
#else
  const auto result = hn::OddEven(odd, hn::BitCast(dh, hn::ShiftRight<16>(even)));
#endif
  hn::StoreU(result, dh, to);
}
#endif

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
