// f16 and bf16 as storage types: conversions alone; arithmetic happens in float or double.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace sy::sdk {

template <typename To, typename From>
To bit_cast(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

namespace detail {

/// Rounds an IEEE number, given by its bits, to a 16-bit format with `kMantissa` explicit bits: to nearest, ties to
/// even, overflow to infinity, subnormals kept, NaN quietened. kFrom*: mantissa bits and exponent bias of the source.
template <int kFromMantissa, int kFromBias, int kMantissa, typename Bits>
std::uint16_t narrow(Bits bits) {
  constexpr int kTotal = sizeof(Bits) * 8;
  constexpr int kBias = (1 << (14 - kMantissa)) - 1;
  constexpr int kDropped = kFromMantissa - kMantissa;
  constexpr Bits kOne = 1;
  constexpr Bits kInfinity = ((kOne << (kTotal - 1 - kFromMantissa)) - 1) << kFromMantissa;
  constexpr std::uint16_t kNarrowInfinity = 0x7fff & ~((1u << kMantissa) - 1);
  const auto sign = static_cast<std::uint16_t>((bits >> (kTotal - 1)) << 15);
  const Bits magnitude = bits & ~(kOne << (kTotal - 1));
  if (magnitude > kInfinity) {
    const auto payload = static_cast<std::uint16_t>((magnitude >> kDropped) & ((1u << kMantissa) - 1));
    return sign | kNarrowInfinity | payload | (1u << (kMantissa - 1));
  }
  const int from_exponent = static_cast<int>(magnitude >> kFromMantissa);
  const int exponent = from_exponent - kFromBias + kBias;
  if (exponent >= 1 || kFromBias == kBias) {
    const Bits rebiased = magnitude - (static_cast<Bits>(kFromBias - kBias) << kFromMantissa);
    const Bits odd = (rebiased >> kDropped) & 1;
    const Bits rounded = (rebiased + (kOne << (kDropped - 1)) - 1 + odd) >> kDropped;
    return sign | (rounded >= kNarrowInfinity ? kNarrowInfinity : static_cast<std::uint16_t>(rounded));
  }
  const int shift = kDropped + 1 - exponent;
  if (shift > kFromMantissa + 1) return sign;
  const Bits implicit = from_exponent != 0 ? kOne << kFromMantissa : 0;
  const Bits mantissa = (magnitude & ((kOne << kFromMantissa) - 1)) | implicit;
  const Bits odd = (mantissa >> shift) & 1;
  return sign | static_cast<std::uint16_t>((mantissa + (kOne << (shift - 1)) - 1 + odd) >> shift);
}

/// Any integer as a double that rounds to 16-bit formats as the integer itself would: bits beyond a double's precision
/// are folded into its last one.
inline double sticky_double(std::int64_t value) {
  const bool negative = value < 0;
  std::uint64_t u = static_cast<std::uint64_t>(value);
  if (negative) u = 0 - u;
  if (u >> 53 != 0) u = (u & ~std::uint64_t{0x7ff}) | (static_cast<std::uint64_t>((u & 0x7ff) != 0) << 11);
  const double d = static_cast<double>(u);
  return negative ? -d : d;
}

}  // namespace detail

/// IEEE binary16.
struct f16 {
  std::uint16_t bits = 0;

  f16() = default;
  explicit f16(float v) : bits(detail::narrow<23, 127, 10>(bit_cast<std::uint32_t>(v))) {}
  explicit f16(double v) : bits(detail::narrow<52, 1023, 10>(bit_cast<std::uint64_t>(v))) {}
  template <typename T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
  explicit f16(T v) : f16(detail::sticky_double(v)) {}
  static f16 from_bits(std::uint16_t bits) {
    f16 v;
    v.bits = bits;
    return v;
  }

  operator float() const {  // NOLINT: widening loses nothing
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
    const std::uint32_t magnitude = bits & 0x7fffu;
    if (magnitude >= 0x7c00u) return bit_cast<float>(sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13));
    if (magnitude >= 0x0400u) return bit_cast<float>(sign | ((magnitude << 13) + (112u << 23)));
    const float subnormal = static_cast<float>(magnitude) * 0x1p-24f;
    return sign != 0 ? -subnormal : subnormal;
  }
};

/// The upper half of an f32.
struct bf16 {
  std::uint16_t bits = 0;

  bf16() = default;
  explicit bf16(float v) : bits(detail::narrow<23, 127, 7>(bit_cast<std::uint32_t>(v))) {}
  explicit bf16(double v) : bits(detail::narrow<52, 1023, 7>(bit_cast<std::uint64_t>(v))) {}
  template <typename T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
  explicit bf16(T v) : bf16(detail::sticky_double(v)) {}
  static bf16 from_bits(std::uint16_t bits) {
    bf16 v;
    v.bits = bits;
    return v;
  }

  operator float() const { return bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }  // NOLINT
};

}  // namespace sy::sdk
