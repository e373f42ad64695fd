#include "loops/convert.h"

#include <cstring>

#include "switchyard/abi/abi.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "loops/convert.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/bf16-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {

inline float bits_to_float(std::uint32_t bits) {
  float f;
  std::memcpy(&f, &bits, 4);
  return f;
}
inline std::uint32_t float_to_bits(float f) {
  std::uint32_t bits;
  std::memcpy(&bits, &f, 4);
  return bits;
}

// Branch-free, so that compilers vectorise it for targets without f16 instructions.
inline float f16_to_f32(std::uint16_t h) {
  const std::uint32_t magnitude = h & 0x7fffu;
  // Scaling by 2^112 rebiases the exponent and normalises subnormals exactly.
  std::uint32_t bits = float_to_bits(bits_to_float(magnitude << 13) * 0x1p112f);
  bits = magnitude >= 0x7c00u ? bits | 0x7f800000u : bits;
  return bits_to_float(bits | (static_cast<std::uint32_t>(h & 0x8000u) << 16));
}

inline std::uint16_t f32_to_f16(float f) {
  const std::uint32_t bits = float_to_bits(f);
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  // Subnormal results: adding 0.5 puts the units of 2^-24 into the low mantissa bits, rounded to nearest even.
  const std::uint32_t subnormal = float_to_bits(bits_to_float(magnitude) + 0.5f) - 0x3f000000u;
  const std::uint32_t normal = (magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13) & 1u)) >> 13;
  std::uint32_t h = magnitude < 0x38800000u ? subnormal : normal;
  h = magnitude >= 0x477ff000u ? 0x7c00u : h;
  h = magnitude > 0x7f800000u ? 0x7e00u : h;
  return static_cast<std::uint16_t>(h | ((bits >> 16) & 0x8000u));
}

// Each returns how many elements it did: whole vectors, where the target has instructions for them.
#if SY_CPU_BF16_VECTORS
std::int64_t f16_to_float(const std::uint16_t* from, float* to, std::int64_t n) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<hwy::float16_t, decltype(d)> dh;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    hn::StoreU(hn::PromoteTo(d, hn::LoadU(dh, reinterpret_cast<const hwy::float16_t*>(from + i))), d, to + i);
  }
  return i;
}
std::int64_t float_to_f16(const float* from, std::uint16_t* to, std::int64_t n) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<hwy::float16_t, decltype(d)> dh;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    hn::StoreU(hn::DemoteTo(dh, hn::LoadU(d, from + i)), dh, reinterpret_cast<hwy::float16_t*>(to + i));
  }
  return i;
}
std::int64_t bf16_to_float(const std::uint16_t* from, float* to, std::int64_t n) {
  const Bf16Lanes d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(load_bf16(from + i), d, to + i);
  return i;
}
std::int64_t float_to_bf16(const float* from, std::uint16_t* to, std::int64_t n) {
  const Bf16Lanes d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) store_bf16(hn::LoadU(d, from + i), to + i);
  return i;
}
#else
std::int64_t f16_to_float(const std::uint16_t*, float*, std::int64_t) { return 0; }
std::int64_t float_to_f16(const float*, std::uint16_t*, std::int64_t) { return 0; }
std::int64_t bf16_to_float(const std::uint16_t*, float*, std::int64_t) { return 0; }
std::int64_t float_to_bf16(const float*, std::uint16_t*, std::int64_t) { return 0; }
#endif

void to_float(std::uint32_t dtype, const std::uint16_t* from, float* to, std::int64_t n) {
  if (dtype == SY_BF16) {
    for (std::int64_t i = bf16_to_float(from, to, n); i < n; ++i) to[i] = bf16_to_f32(from[i]);
  } else {
    for (std::int64_t i = f16_to_float(from, to, n); i < n; ++i) to[i] = f16_to_f32(from[i]);
  }
}

void from_float(std::uint32_t dtype, const float* from, std::uint16_t* to, std::int64_t n) {
  if (dtype == SY_BF16) {
    for (std::int64_t i = float_to_bf16(from, to, n); i < n; ++i) to[i] = f32_to_bf16(from[i]);
  } else {
    for (std::int64_t i = float_to_f16(from, to, n); i < n; ++i) to[i] = f32_to_f16(from[i]);
  }
}

}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {

HWY_EXPORT(to_float);
HWY_EXPORT(from_float);

void half_to_float(std::uint32_t half_dtype, const void* from, float* to, std::int64_t n) {
  HWY_DYNAMIC_DISPATCH(to_float)(half_dtype, static_cast<const std::uint16_t*>(from), to, n);
}
void float_to_half(std::uint32_t half_dtype, const float* from, void* to, std::int64_t n) {
  HWY_DYNAMIC_DISPATCH(from_float)(half_dtype, from, static_cast<std::uint16_t*>(to), n);
}

}  // namespace sy::cpu
#endif
