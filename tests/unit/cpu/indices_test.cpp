#include "loops/indices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arrays.h"

namespace sy::cpu {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::int64_t> all(const Indices& indices) { return {indices.data(), indices.data() + indices.count()}; }

TEST(Indices, CountFromTheEndInAnyLayout) {
  TestCall call;
  Array<std::int64_t> a({2, 2}, {1, 2});
  a.fill([](std::int64_t i) { return i - 2; });
  EXPECT_THAT(all(Indices(call, a.tensor(), 5, 0, "index")), ElementsAre(3, 4, 0, 1));
  Array<std::int32_t> b({3}, {-1});
  b.fill([](std::int64_t i) { return i - 1; });
  EXPECT_THAT(all(Indices(call, b.tensor(), 2, 0, "index")), ElementsAre(1, 0, 1));
}

std::string mistake(std::int64_t value, std::int64_t size, bool allow_negative = true) {
  Array<std::int64_t> a({2});
  a[0] = 0;
  a[1] = value;
  try {
    Indices(TestCall(), a.tensor(), size, 3, "which", allow_negative);
  } catch (const sdk::Error& e) {
    return e.what();
  }
  return "none";
}

TEST(Indices, OutOfRangeIsNamed) {
  EXPECT_EQ(mistake(4, 5), "none");
  EXPECT_EQ(mistake(-5, 5), "none");
  for (std::int64_t bad : {5, -6}) {
    EXPECT_THAT(mistake(bad, 5), ::testing::AllOf(HasSubstr("which"), HasSubstr(std::to_string(bad)), HasSubstr("5")));
  }
  EXPECT_THAT(mistake(-1, 5, false), HasSubstr("-1"));
}

TEST(Indices, ManyNeedWorkspace) {
  TestCall call;
  Array<std::int32_t> a({5000});
  a.fill([](std::int64_t i) { return i % 7; });
  Indices indices(call, a.tensor(), 7, 0, "index");
  EXPECT_EQ(indices.count(), 5000);
  EXPECT_EQ(indices[4999], 4999 % 7);
  EXPECT_EQ(call.workspaces(), 1u);
}

TEST(Offsets, OfEveryElement) {
  const std::int64_t shape[] = {2, 3, 2}, strides[] = {100, 10, -1};
  std::int64_t offsets[12];
  fill_offsets(shape, strides, 0, 3, offsets);
  EXPECT_THAT(offsets, ElementsAre(0, -1, 10, 9, 20, 19, 100, 99, 110, 109, 120, 119));
  std::int64_t one[1] = {-5};
  fill_offsets(shape, strides, 1, 1, one);
  EXPECT_EQ(one[0], 0) << "no dimensions, one element";
}

}  // namespace
}  // namespace sy::cpu
