#include "switchyard/core/small_vector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sy {
namespace {

using testing::ElementsAre;
using Vector = SmallVector<int, 2>;

std::vector<int> read(const Vector& v) { return {v.begin(), v.end()}; }

bool is_inline(const Vector& v) {
  const char* at = reinterpret_cast<const char*>(v.data());
  const char* self = reinterpret_cast<const char*>(&v);
  return at >= self && at < self + sizeof v;
}

TEST(SmallVector, GrowsBeyondTheInlinePart) {
  Vector v;
  EXPECT_TRUE(v.empty());
  for (int i = 0; i < 5; ++i) v.push_back(i);
  EXPECT_THAT(read(v), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_FALSE(is_inline(v));
  EXPECT_TRUE(is_inline(Vector{1, 2}));
}

TEST(SmallVector, ResizeFillsOnlyWhatIsNew) {
  Vector v{7};
  v.resize(4, 9);
  EXPECT_THAT(read(v), ElementsAre(7, 9, 9, 9));
  v.resize(1);
  v.resize(2, 5);
  EXPECT_THAT(read(v), ElementsAre(7, 5));
}

TEST(SmallVector, InsertAndErase) {
  Vector v{1, 3};
  v.insert(1, 2);
  v.insert(0, 0);
  v.insert(4, 4);
  EXPECT_THAT(read(v), ElementsAre(0, 1, 2, 3, 4));
  v.erase(4);
  v.erase(0);
  EXPECT_THAT(read(v), ElementsAre(1, 2, 3));
  v.pop_back();
  EXPECT_EQ(v.back(), 2);
}

TEST(SmallVector, CopiesAreIndependent) {
  for (Vector from : {Vector{1, 2}, Vector{1, 2, 3}}) {
    Vector copy = from, assigned{9, 9, 9, 9};
    assigned = from;
    from[0] = 5;
    EXPECT_EQ(copy[0], 1);
    EXPECT_EQ(assigned[0], 1);
    EXPECT_EQ(assigned.size(), from.size());
  }
}

TEST(SmallVector, MovedFromIsEmptyAndUsable) {
  for (std::size_t n : {std::size_t{2}, std::size_t{6}}) {
    Vector from(n, 4), target{8, 8, 8};
    target = std::move(from);
    EXPECT_EQ(target, Vector(n, 4));
    EXPECT_TRUE(from.empty());
    from.push_back(1);
    from.push_back(2);
    from.push_back(3);
    EXPECT_THAT(read(from), ElementsAre(1, 2, 3));
    EXPECT_EQ(target, Vector(n, 4));
  }
}

TEST(SmallVector, SelfAssignment) {
  Vector v{1, 2, 3};
  Vector& same = v;
  v = same;
  v = std::move(same);
  EXPECT_THAT(read(v), ElementsAre(1, 2, 3));
}

TEST(SmallVector, OwnElementMayBePushedWhileItGrows) {
  Vector v{1, 2};
  v.push_back(v[0]);
  EXPECT_THAT(read(v), ElementsAre(1, 2, 1));
}

TEST(SmallVector, Equality) {
  EXPECT_TRUE((Vector{1, 2} == Vector{1, 2}));
  EXPECT_FALSE((Vector{1, 2} == Vector{1, 2, 3}));
  EXPECT_FALSE((Vector{1, 2} == Vector{1, 3}));
}

}  // namespace
}  // namespace sy
