#include "onednn/plan_cache.h"

#include <gtest/gtest.h>

namespace sy::cpu::onednn {
namespace {

class Primitives : public ::testing::Test {
 protected:
  std::shared_ptr<const int> get(std::int64_t number) {
    return cache.get(PlanKey().add(number), [&] { return std::make_shared<const int>(++made); });
  }
  PlanCache<int> cache{3};
  int made = 0;
};

TEST_F(Primitives, OnePerKey) {
  EXPECT_EQ(get(1), get(1));
  EXPECT_NE(get(1), get(2));
  EXPECT_EQ(made, 2);
}

TEST_F(Primitives, LeastRecentlyUsedGoesFirst) {
  for (int k : {1, 2, 3, 1, 4}) get(k);
  EXPECT_EQ(made, 4);
  get(1);
  EXPECT_EQ(made, 4);
  get(2);
  EXPECT_EQ(made, 5) << "it was the one that went";
}

TEST_F(Primitives, AnEvictedOneLivesWhileItIsUsed) {
  std::shared_ptr<const int> used = get(1);
  for (int k : {2, 3, 4}) get(k);
  EXPECT_EQ(*used, 1);
  EXPECT_EQ(used.use_count(), 1);
}

TEST_F(Primitives, AFailureIsNotKept) {
  EXPECT_THROW(cache.get(PlanKey().add(1), []() -> std::shared_ptr<const int> { throw 1; }), int);
  EXPECT_EQ(*get(1), 1);
}

TEST(PlanKey, NumbersDoNotRunTogether) {
  EXPECT_NE(PlanKey().add(1).add(23).bytes(), PlanKey().add(12).add(3).bytes());
  EXPECT_NE(PlanKey().add(1).bytes(), PlanKey().add(1).add(0).bytes());
}

}  // namespace
}  // namespace sy::cpu::onednn
