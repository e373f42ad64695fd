#include "switchyard/sdk/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace sy::sdk {
namespace {

/// The value of a finite 16-bit float, from its fields.
double decode(std::uint16_t bits, int mantissa_bits, int bias) {
  const int exponent_bits = 15 - mantissa_bits;
  const int exponent = bits >> mantissa_bits & ((1 << exponent_bits) - 1);
  const int mantissa = bits & ((1 << mantissa_bits) - 1);
  const double fraction = std::ldexp(mantissa, -mantissa_bits);
  const double magnitude = exponent == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1 + fraction, exponent - bias);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

template <typename T>
void check_all_values(int mantissa_bits, int bias) {
  const std::uint32_t infinity = 0x7fffu & ~((1u << mantissa_bits) - 1);
  for (std::uint32_t i = 0; i < 0x10000; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    const float f = T::from_bits(bits);
    if ((i & 0x7fff) > infinity) {
      ASSERT_TRUE(std::isnan(f)) << i;
      ASSERT_GT(T(f).bits & 0x7fffu, infinity) << i;
      continue;
    }
    ASSERT_EQ(std::signbit(f), i >= 0x8000);
    if ((i & 0x7fff) == infinity) {
      ASSERT_TRUE(std::isinf(f));
    } else {
      ASSERT_EQ(f, decode(bits, mantissa_bits, bias)) << i;
    }
    ASSERT_EQ(T(f).bits, bits) << i;
    ASSERT_EQ(T(static_cast<double>(f)).bits, bits) << i;
  }
}

/// Between each two neighbours: the middle goes to the even one, a hair off it to the nearer one.
template <typename T>
void check_midpoints(int mantissa_bits, int bias) {
  const std::uint32_t infinity = 0x7fffu & ~((1u << mantissa_bits) - 1);
  for (std::uint32_t i = 0; i < infinity; ++i) {
    const auto low = static_cast<std::uint16_t>(i);
    const auto high = static_cast<std::uint16_t>(i + 1);
    const double a = decode(low, mantissa_bits, bias);
    const double b = i + 1 == infinity ? std::ldexp(1, 1 << (14 - mantissa_bits)) : decode(high, mantissa_bits, bias);
    const double middle = (a + b) / 2;
    const std::uint16_t even = (low & 1) == 0 ? low : high;
    ASSERT_EQ(T(middle).bits, even) << i;
    ASSERT_EQ(T(-middle).bits, even | 0x8000) << i;
    ASSERT_EQ(T(std::nextafter(middle, a)).bits, low) << i;
    ASSERT_EQ(T(std::nextafter(middle, b)).bits, high) << i;
    const auto middle_f = static_cast<float>(middle);
    if (static_cast<double>(middle_f) != middle) continue;  // below f32's own subnormals
    ASSERT_EQ(T(middle_f).bits, even) << i;
    ASSERT_EQ(T(std::nextafterf(middle_f, 0.0f)).bits, low) << i;
    ASSERT_EQ(T(std::nextafterf(middle_f, INFINITY)).bits, high) << i;
  }
}

TEST(F16, EveryValueRoundTrips) { check_all_values<f16>(10, 15); }
TEST(Bf16, EveryValueRoundTrips) { check_all_values<bf16>(7, 127); }
TEST(F16, RoundsToNearestEven) { check_midpoints<f16>(10, 15); }
TEST(Bf16, RoundsToNearestEven) { check_midpoints<bf16>(7, 127); }

TEST(F16, KnownValues) {
  EXPECT_EQ(f16(1.0f).bits, 0x3c00);
  EXPECT_EQ(f16(-2.0).bits, 0xc000);
  EXPECT_EQ(f16(65504.0).bits, 0x7bff);
  EXPECT_EQ(f16(65519.999).bits, 0x7bff);
  EXPECT_EQ(f16(65520.0).bits, 0x7c00);
  EXPECT_EQ(f16(1e300).bits, 0x7c00);
  EXPECT_EQ(f16(0x1p-24).bits, 0x0001);
  EXPECT_EQ(f16(0x1p-25).bits, 0x0000);
  EXPECT_EQ(f16(std::nextafter(0x1p-25, 1.0)).bits, 0x0001);
  EXPECT_EQ(f16(-0.0f).bits, 0x8000);
  EXPECT_EQ(f16(5e-324).bits, 0x0000);
  EXPECT_EQ(f16(1.0f / 3).bits, 0x3555);
}

TEST(Bf16, KnownValues) {
  EXPECT_EQ(bf16(1.0f).bits, 0x3f80);
  EXPECT_EQ(bf16(3.4e38f).bits, 0x7f80);
  EXPECT_EQ(bf16(1.0f / 3).bits, 0x3eab);
  EXPECT_EQ(bf16(std::numeric_limits<float>::infinity()).bits, 0x7f80);
}

TEST(Bf16, IntegersRoundOnce) {
  // 2^62 + 2^54 + 1 lies just above the middle of two bf16; as a double it would lie on it.
  const std::int64_t middle = (std::int64_t{1} << 62) + (std::int64_t{1} << 54);
  EXPECT_EQ(bf16(middle).bits, 0x5e80);
  EXPECT_EQ(bf16(middle + 1).bits, 0x5e81);
  EXPECT_EQ(bf16(-middle - 1).bits, 0xde81);
  EXPECT_EQ(bf16(std::numeric_limits<std::int64_t>::min()).bits, 0xdf00);
  EXPECT_EQ(f16(2049).bits, f16(2048).bits);
  EXPECT_EQ(static_cast<float>(f16(true)), 1.0f);
}

}  // namespace
}  // namespace sy::sdk
