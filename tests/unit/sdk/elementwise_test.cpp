#include "switchyard/sdk/elementwise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tensor_builder.h"

namespace sy::sdk {
namespace {

using ::testing::ElementsAre;

TEST(Elementwise, ContiguousAndInPlace) {
  std::vector<float> a = {1, 2, 3};
  Built t(a.data(), {3}, {1});
  unary<float, float>(t.tensor(), t.tensor(), [](float x) { return x * x; });
  EXPECT_THAT(a, ElementsAre(1, 4, 9));
}

TEST(Elementwise, ZeroAndNegativeStrides) {
  std::vector<int> a = {1, 2, 3, 4};
  std::vector<int> b = {10};
  std::vector<std::int64_t> out(4);
  Built ta(a.data() + 3, {4}, {-1});
  Built tb(b.data(), {4}, {0});
  Built to(out.data(), {4}, {1});
  binary<std::int64_t, std::int32_t, std::int32_t>(to.tensor(), ta.tensor(), tb.tensor(),
                                                   [](int x, int y) { return x + y; });
  EXPECT_THAT(out, ElementsAre(14, 13, 12, 11));
}

TEST(Elementwise, ThreeDimensionsWithAStridedResult) {
  std::vector<int> a(24);
  for (int i = 0; i < 24; ++i) a[i] = i;
  std::vector<int> row = {100, 200};
  std::vector<int> out(24, -1);
  Built ta(a.data(), {4, 3, 2}, {1, 4, 12});  // a[i + 4 j + 12 k]
  Built tb(row.data(), {4, 3, 2}, {0, 0, 1});
  Built to(out.data() + 23, {4, 3, 2}, {-6, -2, -1});
  binary<int, int, int>(to.tensor(), ta.tensor(), tb.tensor(), [](int x, int y) { return x + y; });
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 2; ++k) EXPECT_EQ(out[23 - 6 * i - 2 * j - k], i + 4 * j + 12 * k + row[k]);
    }
  }
}

TEST(Elementwise, ZeroDimensionalOperandsRepeat) {
  std::vector<float> a = {1, 2};
  float two = 2;
  std::vector<float> out(2);
  Built ta(a.data(), {2}, {1});
  Built scalar(&two, {}, {});
  Built to(out.data(), {2}, {1});
  binary<float, float, float>(to.tensor(), ta.tensor(), scalar.tensor(), [](float x, float y) { return x * y; });
  EXPECT_THAT(out, ElementsAre(2, 4));
  Built one(out.data(), {}, {});
  unary<float, float>(one.tensor(), scalar.tensor(), [](float x) { return -x; });
  EXPECT_THAT(out, ElementsAre(-2, 4));
}

TEST(Elementwise, EmptyAndMixedTypes) {
  std::vector<f16> out(2);
  std::vector<double> a = {0.5, 2049};
  bool mask[] = {true, false};
  Built to(out.data(), {2}, {1});
  Built ta(a.data(), {2}, {1});
  Built tm(mask, {2}, {1});
  ternary<f16, bool, double, double>(to.tensor(), tm.tensor(), ta.tensor(), ta.tensor(),
                                     [](bool m, double x, double) { return m ? x : 0.0; });
  EXPECT_EQ(static_cast<float>(out[0]), 0.5f);
  EXPECT_EQ(static_cast<float>(out[1]), 0.0f);
  Built empty(out.data(), {3, 0, 2}, {0, 2, 1});
  unary<f16, double>(empty.tensor(), empty.tensor(), [](double) -> f16 { throw Error(SY_INTERNAL); });
}

TEST(Elementwise, EmptyTensorsMayHaveNoMemory) {
  Built a(static_cast<float*>(nullptr), {3, 0}, {-2, 1}), out(static_cast<float*>(nullptr), {3, 0}, {1, 1});
  unary<float, float>(out.tensor(), a.tensor(), [](float x) { return x; });
}

TEST(Elementwise, FillsWithoutOperands) {
  std::vector<int> out(4, 0);
  Built to(out.data(), {2}, {2});
  map<int>(to.tensor(), [] { return 7; });
  EXPECT_THAT(out, ElementsAre(7, 0, 7, 0));
}

}  // namespace
}  // namespace sy::sdk
