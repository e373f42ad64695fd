#include "switchyard/core/ref.h"

#include <gtest/gtest.h>

namespace sy {
namespace {

struct Counted : RefCounted<Counted> {
  explicit Counted(int* destroyed) : destroyed(destroyed) {}
  static void destroy(Counted* c) {
    ++*c->destroyed;
    delete c;
  }
  int* destroyed;
};

TEST(Ref, LastOneDestroys) {
  int destroyed = 0;
  Ref<Counted> a = Ref<Counted>::adopt(new Counted(&destroyed));
  EXPECT_EQ(a->use_count(), 1u);
  {
    Ref<Counted> b = a, c = Ref<Counted>::share(a.get());
    EXPECT_EQ(a->use_count(), 3u);
    EXPECT_TRUE(b == c);
  }
  EXPECT_EQ(a->use_count(), 1u);
  EXPECT_EQ(destroyed, 0);
  a = {};
  EXPECT_EQ(destroyed, 1);
}

TEST(Ref, MovesDoNotCount) {
  int destroyed = 0;
  Ref<Counted> a = Ref<Counted>::adopt(new Counted(&destroyed));
  Ref<Counted> b = std::move(a);
  EXPECT_FALSE(a);
  EXPECT_EQ(b->use_count(), 1u);
  Ref<Counted> other = Ref<Counted>::adopt(new Counted(&destroyed));
  other = std::move(b);
  EXPECT_EQ(destroyed, 1) << "what was there before";
}

TEST(Ref, SelfAssignmentKeepsTheObject) {
  int destroyed = 0;
  Ref<Counted> a = Ref<Counted>::adopt(new Counted(&destroyed));
  Ref<Counted>& same = a;
  a = same;
  a = std::move(same);
  EXPECT_EQ(destroyed, 0);
  EXPECT_EQ(a->use_count(), 1u);
}

TEST(Ref, SharingNothingIsNothing) { EXPECT_FALSE(Ref<Counted>::share(nullptr)); }

}  // namespace
}  // namespace sy
