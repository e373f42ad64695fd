#include "switchyard/core/edit_distance.h"

#include <gtest/gtest.h>

namespace sy {
namespace {

TEST(EditDistance, InsertDeleteReplace) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("softmax", "sotfmax"), 2u);
}

TEST(Nearest, TakesTheClosestThatIsClose) {
  const std::vector<std::string> names = {"softmax", "log_softmax", "sum"};
  EXPECT_EQ(nearest("softmx", names), "softmax");
  EXPECT_EQ(nearest("log_sofmax", names), "log_softmax");
  EXPECT_EQ(nearest("transposition", names), "");
  EXPECT_EQ(nearest("x", {}), "");
}

TEST(Nearest, FirstOfEquallyNearOnes) { EXPECT_EQ(nearest("ab", {"ac", "ad"}), "ac"); }

}  // namespace
}  // namespace sy
