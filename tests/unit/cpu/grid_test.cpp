#include "loops/grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arrays.h"

namespace sy::cpu {
namespace {

using ::testing::ElementsAre;

/// "sizes | byte strides of each operand", innermost first.
std::string text(const Grid& g) {
  std::string t;
  for (int d = 0; d < g.ndim; ++d) t += std::to_string(g.size[d]) + " ";
  for (int k = 0; k < g.num_operands; ++k) {
    t += "|";
    for (int d = 0; d < g.ndim; ++d) t += " " + std::to_string(g.stride[k][d]);
  }
  return t;
}

Grid built(std::vector<Operand> operands, bool keep_order = false) {
  Grid g;
  EXPECT_TRUE(g.build(operands.data(), static_cast<int>(operands.size()), keep_order));
  return g;
}

TEST(Grid, DenseOperandsAreOneRun) {
  Array<float> a({2, 3, 4}), b({2, 3, 4});
  Grid g = built({a.operand(), b.operand()});
  EXPECT_EQ(text(g), "24 | 4| 4");
  EXPECT_EQ(g.numel, 24);
  EXPECT_TRUE(g.dense(0));
  EXPECT_FALSE(g.constant(0));
}

TEST(Grid, OrderFollowsTheLastOperand) {
  Array<float> a({2, 3}), out({2, 3}, {1, 2});
  Grid g = built({a.operand(), out.operand()});
  EXPECT_EQ(text(g), "2 3 | 12 4| 4 8");
  EXPECT_FALSE(g.dense(0));
  EXPECT_TRUE(g.dense(1));
  EXPECT_EQ(text(built({a.operand(), out.operand()}, true)), "3 2 | 4 12| 8 4") << "unless it is to be kept";
}

TEST(Grid, BackwardResultsAreTurnedAround) {
  Array<std::int16_t> a({4}), out({4}, {-1});
  Grid g = built({a.operand(), out.operand()});
  EXPECT_EQ(text(g), "4 | -2| 2");
  EXPECT_EQ(g.base[0], reinterpret_cast<char*>(&a[3]));
  EXPECT_EQ(g.base[1], reinterpret_cast<char*>(&out[3]));
}

TEST(Grid, BroadcastAndZeroDimensional) {
  Array<float> row({2, 3}, {0, 1}), one({}), out({2, 3});
  Grid g = built({row.operand(), one.operand(), out.operand()});
  EXPECT_EQ(text(g), "3 2 | 4 0| 0 0| 4 12");
  EXPECT_FALSE(g.constant(0));
  EXPECT_TRUE(g.constant(1));
}

TEST(Grid, DimensionsOfOneVanish) {
  Array<float> a({1, 4, 1}, {99, 1, 98});
  EXPECT_EQ(text(built({a.operand()})), "4 | 4");
  Array<float> one({1, 1});
  Grid g = built({one.operand()});
  EXPECT_EQ(g.ndim, 0);
  EXPECT_EQ(g.numel, 1);
}

TEST(Grid, PositionsCountInnermostFirst) {
  Array<float> a({3, 5}, {20, 2});
  Grid g = built({a.operand()});
  Position p = g.at(0);
  for (std::int64_t i = 0; i < 15; ++i) {
    Position q = g.at(i);
    EXPECT_EQ(g.address(0, p), reinterpret_cast<char*>(&a[i]));
    EXPECT_EQ(g.address(0, q), g.address(0, p));
    Position far = g.at(0);
    g.advance(far, i);
    EXPECT_EQ(g.address(0, far), g.address(0, p)) << "in one step";
    if (i < 14) g.advance(p, 1);
  }
}

template <class T>
void gathers_and_scatters() {
  Array<T> a({3, 4}, {9, -2});
  a.fill([](std::int64_t i) { return i; });
  Grid g = built({a.operand()}, true);
  std::vector<T> got(10);
  g.gather(0, g.at(1), 10, got.data());  // over the ends of rows
  for (int i = 0; i < 10; ++i) EXPECT_EQ(got[i], static_cast<T>(i + 1));
  for (T& v : got) v = static_cast<T>(v + 50);
  std::vector<T> before = a.memory;
  g.scatter(0, g.at(1), 10, got.data());
  for (int i = 0; i < 12; ++i) EXPECT_EQ(a[i], static_cast<T>(i >= 1 && i <= 10 ? i + 50 : i));
  int changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) changed += !(before[i] == a.memory[i]);
  EXPECT_EQ(changed, 10) << "nothing in between";
}

TEST(Grid, GathersAndScattersEverySize) {
  gathers_and_scatters<std::uint8_t>();
  gathers_and_scatters<std::int16_t>();
  gathers_and_scatters<float>();
  gathers_and_scatters<double>();
}

TEST(Grid, TooManyDimensions) {
  Array<float> most(std::vector<std::int64_t>(kMaxDims, 1)), more(std::vector<std::int64_t>(kMaxDims + 1, 1));
  Grid g;
  Operand operands[] = {most.operand(), more.operand()};
  build_grid(g, &operands[0], 1);
  try {
    build_grid(g, &operands[1], 1);
    FAIL() << "expected an error";
  } catch (const sdk::Error& e) {
    EXPECT_STREQ(e.what(), "the cpu kernel takes at most 32 dimensions, got 33");
  }
}

TEST(ItemSize, OfStandardDtypes) {
  EXPECT_EQ(item_size(SY_BOOL), 1u);
  EXPECT_EQ(item_size(SY_BF16), 2u);
  EXPECT_EQ(item_size(SY_F64), 8u);
  EXPECT_EQ(item_size(17), 0u);
  EXPECT_EQ(compute_dtype(SY_F16), SY_F32);
  EXPECT_EQ(compute_dtype(SY_I16), SY_I16);
}

}  // namespace
}  // namespace sy::cpu
