#include "switchyard/sdk/dtype.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "switchyard/sdk/tensor.h"

namespace sy::sdk {
namespace {

TEST(Dispatch, ReachesEveryDtypeOfTheSet) {
  for (std::uint32_t id = 0; id < SY_NUM_STANDARD_DTYPES; ++id) {
    std::size_t size = 0;
    EXPECT_EQ(dispatch_dtype(id, All(), [&](auto tag) { size = sizeof(typename decltype(tag)::type); }), SY_OK);
    EXPECT_EQ(size, dtype_size(id)) << dtype_name(id);
  }
}

TEST(Dispatch, RefusesOthersAndPassesStatusOn) {
  const auto fail = [](auto) -> sy_status { return SY_INTERNAL; };
  EXPECT_EQ(dispatch_dtype(SY_F32, Floating(), fail), SY_INTERNAL);
  EXPECT_EQ(dispatch_dtype(SY_I32, Floating(), fail), SY_UNSUPPORTED);
  EXPECT_EQ(dispatch_dtype(SY_BOOL, Numeric(), fail), SY_UNSUPPORTED);
  EXPECT_EQ(dispatch_dtype(31, All(), fail), SY_UNSUPPORTED);
  EXPECT_EQ(dispatch_dtype(SY_DTYPE_NONE, All(), fail), SY_UNSUPPORTED);
}

TEST(Convert, FollowsCast) {
  EXPECT_TRUE(convert<bool>(NAN));
  EXPECT_TRUE(convert<bool>(f16(0.5)));
  EXPECT_FALSE(convert<bool>(-0.0));
  EXPECT_EQ(convert<std::int32_t>(-2.9), -2);
  EXPECT_EQ(convert<std::int8_t>(std::int64_t{300}), 44);
  EXPECT_EQ(convert<std::uint8_t>(std::int64_t{-1}), 255);
  EXPECT_EQ(convert<f16>(std::int32_t{70000}).bits, 0x7c00);
  EXPECT_EQ(convert<bf16>(f16(1.5)).bits, 0x3fc0);
  EXPECT_EQ(convert<double>(bf16(2.0)), 2.0);
  convert<std::int64_t>(1e300);  // unspecified, but not undefined
}

Scalar floating(double v) { return Scalar(sy_scalar{SY_SCALAR_FLOAT, 0, 0, v}); }
Scalar integer(std::int64_t v) { return Scalar(sy_scalar{SY_SCALAR_INT, 0, v, static_cast<double>(v)}); }

TEST(Scalars, WrapOrSaturate) {
  EXPECT_EQ(integer(300).to<std::uint8_t>(), 44);
  EXPECT_EQ(integer(300).saturate<std::uint8_t>(), 255);
  EXPECT_EQ(integer(-300).saturate<std::int8_t>(), -128);
  EXPECT_EQ(floating(1e30).saturate<std::int32_t>(), std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(floating(NAN).saturate<std::int32_t>(), 0);
  EXPECT_EQ(floating(2.5).to<std::int64_t>(), 2);
  EXPECT_EQ(integer(std::numeric_limits<std::int64_t>::max()).to<std::int64_t>(),
            std::numeric_limits<std::int64_t>::max());
  EXPECT_TRUE(floating(0.5).to<bool>());
  EXPECT_EQ(floating(1e6).to<f16>().bits, 0x7c00);
}

}  // namespace
}  // namespace sy::sdk
