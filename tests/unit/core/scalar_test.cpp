#include "switchyard/core/scalar.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sy {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

TEST(Scalar, RemembersItsKind) {
  EXPECT_TRUE(Scalar(true).is_bool());
  EXPECT_TRUE(Scalar(std::uint8_t{1}).is_integral());
  EXPECT_TRUE(Scalar('a').is_integral());
  EXPECT_TRUE(Scalar(1.0f).is_floating());
  EXPECT_TRUE(Scalar().is_integral());
  EXPECT_EQ(Scalar().to_int(), 0);
}

TEST(Scalar, DtypeOfANumber) {
  EXPECT_EQ(Scalar(true).dtype(), kBool);
  EXPECT_EQ(Scalar(1).dtype(), kI64);
  EXPECT_EQ(Scalar(1.0).dtype(), kF32);
  set_default_dtype(kF64);
  EXPECT_EQ(Scalar(1.0).dtype(), kF64);
  set_default_dtype(kF32);
}

TEST(Scalar, IntegersStayExact) {
  EXPECT_EQ(Scalar(kMax).to_int(), kMax);
  EXPECT_EQ(Scalar(kMin).to_int(), kMin);
  EXPECT_EQ(Scalar((std::int64_t{1} << 53) + 1).to_int(), (std::int64_t{1} << 53) + 1);
}

TEST(Scalar, FloatsTruncateAndSaturate) {
  EXPECT_EQ(Scalar(2.9).to_int(), 2);
  EXPECT_EQ(Scalar(-2.9).to_int(), -2);
  EXPECT_EQ(Scalar(0x1p63).to_int(), kMax);
  EXPECT_EQ(Scalar(-0x1p63).to_int(), kMin);
  EXPECT_EQ(Scalar(1e300).to_int(), kMax);
  EXPECT_EQ(Scalar(-INFINITY).to_int(), kMin);
  EXPECT_EQ(Scalar(std::nan("")).to_int(), 0);
}

TEST(Scalar, ToBool) {
  EXPECT_FALSE(Scalar(0).to_bool());
  EXPECT_FALSE(Scalar(-0.0).to_bool());
  EXPECT_TRUE(Scalar(0.25).to_bool()) << "not by way of an integer";
  EXPECT_TRUE(Scalar(std::nan("")).to_bool());
}

TEST(Scalar, Text) {
  EXPECT_EQ(Scalar(true).str(), "true");
  EXPECT_EQ(Scalar(-7).str(), "-7");
  EXPECT_EQ(Scalar(0.5).str(), "0.5");
}

TEST(Scalar, Equality) {
  EXPECT_EQ(Scalar(2), Scalar(2.0));
  EXPECT_EQ(Scalar(true), Scalar(1));
  EXPECT_FALSE(Scalar(kMax) == Scalar(kMax - 1)) << "compared as integers";
  EXPECT_FALSE(Scalar(0) == Scalar(0.5));
}

}  // namespace
}  // namespace sy
