#include "switchyard/core/host_scalar.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "switchyard/core/error.h"

namespace sy {

float half_to_float(std::uint16_t h) {
  std::uint32_t sign = std::uint32_t{h & 0x8000u} << 16;
  std::uint32_t exponent = (h >> 10) & 0x1f;
  std::uint32_t mantissa = h & 0x3ff;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  if (exponent == 0) {
    float v = std::ldexp(static_cast<float>(mantissa), -24);
    return sign != 0 ? -v : v;
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

std::uint16_t float_to_half(float value) {
  std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  std::uint16_t sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  std::uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return sign | 0x7e00u;
  if (magnitude >= 0x477ff000u) return sign | 0x7c00u;  // 65520 and above round to infinity
  if (magnitude < 0x38800000u) {                        // subnormal: units of 2^-24, ties to even
    float scaled = std::bit_cast<float>(magnitude) * 0x1p24f;
    return sign | static_cast<std::uint16_t>(std::nearbyint(scaled));
  }
  std::uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1);
  return sign | static_cast<std::uint16_t>((rounded - 0x38000000u) >> 13);
}

float bfloat_to_float(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

std::uint16_t float_to_bfloat(float value) {
  std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1)) >> 16);
}

namespace {

template <typename T>
T load(const void* data) {
  T v;
  std::memcpy(&v, data, sizeof(T));
  return v;
}

template <typename T>
void store(void* data, T v) {
  std::memcpy(data, &v, sizeof(T));
}

/// double to float in one rounding for f16 and bf16: round to odd first, so that the second rounding is exact.
float to_float_odd(double v) {
  float f = static_cast<float>(v);
  if (static_cast<double>(f) == v || !std::isfinite(v) || !std::isfinite(f)) return f;
  std::uint32_t bits = std::bit_cast<std::uint32_t>(f);
  if (bits & 1) return f;
  bool away = std::fabs(static_cast<double>(f)) > std::fabs(v);
  return std::bit_cast<float>(away ? bits - 1 : bits + 1);
}

}  // namespace

Scalar read_element(const void* data, Dtype dtype) {
  switch (dtype.id()) {
    case SY_BOOL: return Scalar(load<std::uint8_t>(data) != 0);
    case SY_U8: return Scalar(load<std::uint8_t>(data));
    case SY_I8: return Scalar(load<std::int8_t>(data));
    case SY_I16: return Scalar(load<std::int16_t>(data));
    case SY_I32: return Scalar(load<std::int32_t>(data));
    case SY_I64: return Scalar(load<std::int64_t>(data));
    case SY_F16: return Scalar(half_to_float(load<std::uint16_t>(data)));
    case SY_BF16: return Scalar(bfloat_to_float(load<std::uint16_t>(data)));
    case SY_F32: return Scalar(load<float>(data));
    case SY_F64: return Scalar(load<double>(data));
  }
  fail(ErrorCode::kUnsupported, "no host representation of dtype ", dtype.name());
}

void write_element(void* data, Dtype dtype, const Scalar& v) {
  switch (dtype.id()) {
    case SY_BOOL: return store<std::uint8_t>(data, v.to_bool());
    case SY_U8: return store(data, static_cast<std::uint8_t>(v.to_int()));
    case SY_I8: return store(data, static_cast<std::int8_t>(v.to_int()));
    case SY_I16: return store(data, static_cast<std::int16_t>(v.to_int()));
    case SY_I32: return store(data, static_cast<std::int32_t>(v.to_int()));
    case SY_I64: return store(data, v.to_int());
    case SY_F16: return store(data, float_to_half(to_float_odd(v.to_double())));
    case SY_BF16: return store(data, float_to_bfloat(to_float_odd(v.to_double())));
    case SY_F32: return store(data, static_cast<float>(v.to_double()));
    case SY_F64: return store(data, v.to_double());
  }
  fail(ErrorCode::kUnsupported, "no host representation of dtype ", dtype.name());
}

}  // namespace sy
