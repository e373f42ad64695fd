#include "switchyard/core/int_array.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sy {
namespace {

std::vector<std::int64_t> read(IntArray a) { return a.vec(); }
std::vector<std::int64_t> read_optional(OptionalIntArray a) { return a ? a->vec() : std::vector<std::int64_t>{-99}; }

TEST(IntArray, TakesWhatACallerHas) {
  const std::vector<std::int64_t> wanted = {2, 3};
  EXPECT_EQ(read({2, 3}), wanted);
  EXPECT_EQ(read(wanted), wanted);
  EXPECT_EQ(read(Shape{2, 3}), wanted);
  EXPECT_EQ(read(std::array<std::int64_t, 2>{2, 3}), wanted);
  EXPECT_EQ(read(absl::Span<const std::int64_t>(wanted)), wanted);
  EXPECT_EQ(read(std::span<const std::int64_t>(wanted)), wanted);
  EXPECT_THAT(read(5), testing::ElementsAre(5));
  EXPECT_TRUE(read({}).empty());
}

TEST(IntArray, ANumberIsCopiedNotPointedAt) {
  IntArray copy;
  {
    IntArray one(7);
    copy = one;
  }
  EXPECT_EQ(copy[0], 7);
  EXPECT_EQ(copy.size(), 1u);
  EXPECT_EQ(copy.data(), copy.begin());
}

TEST(IntArray, EqualByContents) {
  const std::vector<std::int64_t> a = {4}, b = {4, 4};
  EXPECT_TRUE(IntArray(a) == IntArray(4));
  EXPECT_FALSE(IntArray(a) == IntArray(b));
  EXPECT_TRUE(IntArray() == IntArray(nullptr, 0));
}

TEST(OptionalIntArray, AbsentIsNotEmpty) {
  EXPECT_THAT(read_optional(std::nullopt), testing::ElementsAre(-99));
  EXPECT_THAT(read_optional({0, 1}), testing::ElementsAre(0, 1));
  EXPECT_THAT(read_optional(3), testing::ElementsAre(3));
  EXPECT_TRUE(read_optional(IntArray()).empty());
}

}  // namespace
}  // namespace sy
