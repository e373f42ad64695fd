#include "switchyard/core/dtype.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "../message_of.h"

namespace sy {
namespace {

constexpr Dtype kTen[] = {kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64};

TEST(Dtype, NamesSizesAndKinds) {
  std::string text;
  for (Dtype d : kTen) {
    str_append(&text, d.name(), d.itemsize(), d.is_bool() ? "b" : "", d.is_integral() ? "i" : "",
               d.is_floating() ? "f" : "", " ");
    EXPECT_EQ(Dtype::parse(d.name()), d);
    EXPECT_EQ(Dtype::from_dlpack(d.dlpack()), d);
  }
  EXPECT_EQ(text, "bool1b u81i i81i i162i i324i i648i f162f bf162f f324f f648f ");
}

TEST(Dtype, UnknownNamesAndLayouts) {
  EXPECT_EQ(Dtype::parse("float32"), std::nullopt);
  EXPECT_EQ(Dtype::parse(""), std::nullopt);
  EXPECT_EQ(Dtype::from_dlpack({2, 32, 4}), std::nullopt) << "vectors of four";
  EXPECT_EQ(Dtype::from_dlpack({1, 64, 1}), std::nullopt) << "u64";
}

TEST(RegisterDtype, NewOnesHaveNamesAndSizes) {
  std::int64_t id = register_dtype("c64_test", {5, 64, 1});
  ASSERT_GE(id, SY_NUM_STANDARD_DTYPES);
  Dtype d(static_cast<std::uint32_t>(id));
  EXPECT_EQ(d.name(), "c64_test");
  EXPECT_EQ(d.itemsize(), 8u);
  EXPECT_FALSE(d.is_floating() || d.is_integral() || d.is_bool());
  EXPECT_EQ(Dtype::parse("c64_test"), d);
  EXPECT_EQ(Dtype::from_dlpack({5, 64, 1}), std::nullopt) << "only the standard ones are found by layout";
}

TEST(RegisterDtype, BitsBelowAByteRoundUp) {
  std::int64_t id = register_dtype("u4_test", {1, 4, 1});
  EXPECT_EQ(Dtype(static_cast<std::uint32_t>(id)).itemsize(), 1u);
}

TEST(RegisterDtype, SameNameIsTheSameOrRefused) {
  std::int64_t id = register_dtype("again_test", {5, 128, 1});
  EXPECT_EQ(register_dtype("again_test", {5, 128, 1}), id);
  EXPECT_EQ(register_dtype("again_test", {5, 64, 1}), -1);
  EXPECT_EQ(register_dtype("f32", {2, 32, 1}), SY_F32);
  EXPECT_EQ(register_dtype("f32", {2, 64, 1}), -1);
}

TEST(RegisterDtype, NamesMustFit) {
  EXPECT_EQ(register_dtype("", {5, 64, 1}), -1);
  EXPECT_EQ(register_dtype("sixteen_chars_xx", {5, 64, 1}), -1);
  EXPECT_GE(register_dtype("fifteen_chars_x", {5, 64, 1}), 0);
}

// In a child, since the table fills for good.
TEST(RegisterDtypeDeathTest, TableHasAnEnd) {
  auto fill = [] {
    std::int64_t id = 0;
    for (int i = 0; i < 40 && id >= 0; ++i) id = register_dtype("fill" + std::to_string(i), {5, 64, 1});
    _exit(id == -1 && Dtype::parse("fill0").has_value() ? 0 : 1);
  };
  EXPECT_EXIT(fill(), testing::ExitedWithCode(0), "");
}

TEST(Promote, EveryPairIsSymmetricAndHoldsBoth) {
  for (Dtype a : kTen) {
    EXPECT_EQ(promote(a, a), a);
    for (Dtype b : kTen) {
      Dtype c = promote(a, b);
      EXPECT_EQ(c, promote(b, a)) << a.name() << " " << b.name();
      EXPECT_EQ(promote(c, a), c) << a.name() << " " << b.name();
    }
  }
  EXPECT_EQ(promote(kU8, kI8), kI16);
  EXPECT_EQ(promote(kF16, kBF16), kF32);
  EXPECT_EQ(promote(kI64, kF16), kF16);
}

TEST(Promote, RegisteredOnesOnlyWithThemselves) {
  Dtype d(static_cast<std::uint32_t>(register_dtype("promo_test", {5, 64, 1})));
  EXPECT_EQ(promote(d, d), d);
  EXPECT_EQ(message_of([&] { promote(kF32, d); }), "no promotion between dtypes f32 and promo_test");
}

TEST(DefaultDtype, IsFloating) {
  EXPECT_EQ(default_dtype(), kF32);
  set_default_dtype(kF64);
  EXPECT_EQ(default_dtype(), kF64);
  EXPECT_EQ(message_of([] { set_default_dtype(kI32); }), "set_default_dtype: expected a floating dtype, got i32");
  EXPECT_EQ(default_dtype(), kF64);
  set_default_dtype(kF32);
}

}  // namespace
}  // namespace sy
