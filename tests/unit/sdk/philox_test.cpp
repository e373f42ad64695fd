#include "switchyard/sdk/philox.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sy::sdk {
namespace {

// The known-answer vectors that accompany Salmon et al., SC 2011 (Random123's kat_vectors, philox4x32 10).
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (PhiloxWords{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (PhiloxWords{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxWords{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, CounterHoldsIndexThenOffset) {
  EXPECT_EQ(philox(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88),
            (PhiloxWords{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, UniformConversions) {
  const PhiloxWords top{~0u, ~0u, ~0u, ~0u};
  EXPECT_EQ(uniform<float>(top), 1.0f - 0x1p-24f);
  EXPECT_EQ(uniform<double>(top), 1.0 - 0x1p-53);
  EXPECT_EQ(static_cast<float>(uniform<f16>(top)), 1.0f - 0x1p-11f);
  EXPECT_EQ(static_cast<float>(uniform<bf16>(top)), 1.0f - 0x1p-8f);
  const PhiloxWords bottom{0, 0, 0, 0};
  EXPECT_EQ(uniform<double>(bottom), 0.0);
  EXPECT_EQ(uniform<float>({0x80000000u, 0, 0, 0}), 0.5f);
}

TEST(Philox, NormalIsFiniteAtTheEnds) {
  EXPECT_TRUE(std::isfinite(normal<float>({0, 0, 0, 0})));
  EXPECT_EQ(normal<double>({~0u, ~0u, 0, 0}), 0.0);
  EXPECT_NEAR(normal<float>({0x7fffffffu, 0, 0, 0}), std::sqrt(2 * std::log(2.0)), 1e-6);
}

TEST(Philox, MomentsOfNormals) {
  double sum = 0;
  double squares = 0;
  constexpr int kCount = 100000;
  for (int i = 0; i < kCount; ++i) {
    const auto x = normal<double>(philox(7, 3, i));
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.02);
  EXPECT_NEAR(squares / kCount, 1, 0.03);
}

}  // namespace
}  // namespace sy::sdk
