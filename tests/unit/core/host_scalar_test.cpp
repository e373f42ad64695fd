#include "switchyard/core/host_scalar.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "../message_of.h"

namespace sy {
namespace {

/// v written as dtype and read back.
Scalar through(Dtype dtype, const Scalar& v) {
  unsigned char bytes[16];
  std::memset(bytes, 0xcd, sizeof bytes);
  write_element(bytes, dtype, v);
  for (std::size_t i = dtype.itemsize(); i < sizeof bytes; ++i)
    EXPECT_EQ(bytes[i], 0xcd) << dtype.name() << " wrote too far";
  return read_element(bytes, dtype);
}

TEST(HostScalar, KindFollowsTheDtype) {
  EXPECT_TRUE(through(kBool, 2).is_bool());
  EXPECT_TRUE(through(kBool, 2).to_bool());
  for (Dtype d : {kU8, kI8, kI16, kI32, kI64}) EXPECT_TRUE(through(d, 5).is_integral()) << d.name();
  for (Dtype d : {kF16, kBF16, kF32, kF64}) EXPECT_EQ(through(d, 5), Scalar(5.0)) << d.name();
}

TEST(HostScalar, IntegersWrap) {
  EXPECT_EQ(through(kU8, 257).to_int(), 1);
  EXPECT_EQ(through(kU8, -1).to_int(), 255);
  EXPECT_EQ(through(kI8, 128).to_int(), -128);
  EXPECT_EQ(through(kI32, std::int64_t{1} << 31).to_int(), -(std::int64_t{1} << 31));
}

TEST(HostScalar, BoolsAreOneByteZeroOrOne) {
  unsigned char byte = 0;
  write_element(&byte, kBool, 0.5);
  EXPECT_EQ(byte, 1);
  byte = 2;
  EXPECT_TRUE(read_element(&byte, kBool).to_bool());
}

TEST(HostScalar, SixteenBitsRoundOnce) {
  // Between two halves, a hair above the middle: by way of float it would look like a tie and go down.
  EXPECT_EQ(through(kF16, 1 + 0x1p-11 + 0x1p-40).to_double(), 1 + 0x1p-10);
  EXPECT_EQ(through(kF16, 1 + 0x1p-11).to_double(), 1);
  EXPECT_EQ(through(kBF16, 1 + 0x1p-8 + 0x1p-40).to_double(), 1 + 0x1p-7);
  EXPECT_EQ(through(kBF16, -(1 + 0x1p-8 + 0x1p-40)).to_double(), -(1 + 0x1p-7));
}

TEST(HostScalar, HalfEnds) {
  EXPECT_EQ(through(kF16, 65519).to_double(), 65504);
  EXPECT_EQ(through(kF16, 65520).to_double(), INFINITY);
  EXPECT_EQ(through(kF16, 0x1p-24).to_double(), 0x1p-24) << "the least subnormal";
  EXPECT_EQ(through(kF16, 0x1p-25).to_double(), 0) << "a tie, to even";
  EXPECT_EQ(through(kF16, 0x1.8p-25).to_double(), 0x1p-24);
  EXPECT_TRUE(std::signbit(through(kF16, -0.0).to_double()));
  EXPECT_TRUE(std::isnan(through(kF16, NAN).to_double()));
  EXPECT_TRUE(std::isnan(through(kBF16, NAN).to_double()));
  EXPECT_EQ(through(kBF16, 3.4e38).to_double(), INFINITY);
}

TEST(HostScalar, EveryHalfSurvives) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    auto h = static_cast<std::uint16_t>(bits);
    float f = half_to_float(h), b = bfloat_to_float(h);
    if (!std::isnan(f)) ASSERT_EQ(float_to_half(f), h);
    if (!std::isnan(b)) ASSERT_EQ(float_to_bfloat(b), h);
  }
}

TEST(HostScalar, RegisteredDtypesHaveNoHostForm) {
  Dtype d(static_cast<std::uint32_t>(register_dtype("host_test", {5, 64, 1})));
  char bytes[8] = {};
  EXPECT_EQ(message_of([&] { read_element(bytes, d); }), "no host representation of dtype host_test");
  EXPECT_EQ(message_of([&] { write_element(bytes, d, 1); }), "no host representation of dtype host_test");
}

}  // namespace
}  // namespace sy
