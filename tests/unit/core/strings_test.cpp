#include "switchyard/core/strings.h"

#include <gtest/gtest.h>

namespace sy {
namespace {

TEST(Strings, JoinsEveryKindOfPart) {
  std::string_view standard = "view";
  absl::string_view abseil = "absl";
  EXPECT_EQ(
      str_cat("text ", std::string("string "), standard.substr(0, 2), ' ' == 32 ? " " : "", abseil, " ", -3, " ", 2.5),
      "text string vi absl -3 2.5");
  EXPECT_EQ(str_cat(), "");
}

TEST(Strings, AppendKeepsWhatIsThere) {
  std::string text = "a";
  str_append(&text, std::string_view("b"), 1);
  EXPECT_EQ(text, "ab1");
}

}  // namespace
}  // namespace sy
