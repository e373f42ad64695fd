#include "switchyard/core/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sy {
namespace {

class Log : public testing::Test {
 protected:
  void SetUp() override {
    set_log_sink([this](LogLevel level, std::string_view text) {
      seen.push_back(std::to_string(static_cast<int>(level)) + " " + std::string(text));
    });
  }
  void TearDown() override {
    set_log_sink({});
    set_log_level(LogLevel::kWarning);
  }
  std::vector<std::string> seen;
};

TEST_F(Log, ASinkMayLog) {
  set_log_sink([this](LogLevel, std::string_view text) {
    seen.emplace_back(text);
    if (text == "outer") log(LogLevel::kError, "inner");
  });
  log(LogLevel::kError, "outer");
  EXPECT_THAT(seen, testing::ElementsAre("outer", "inner"));
}

TEST_F(Log, BelowTheLevelNothingHappens) {
  set_log_level(LogLevel::kInfo);
  log(LogLevel::kDebug, "quiet");
  log(LogLevel::kInfo, "at");
  log(LogLevel::kError, "above");
  set_log_level(LogLevel::kError);
  log(LogLevel::kWarning, "quiet");
  EXPECT_THAT(seen, testing::ElementsAre("1 at", "3 above"));
}

TEST_F(Log, WithoutASinkItGoesToStandardError) {
  set_log_sink({});
  set_log_level(LogLevel::kWarning);
  testing::internal::CaptureStderr();
  log(LogLevel::kWarning, std::string_view("one two").substr(0, 3));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "switchyard: warning: one\n");
  EXPECT_TRUE(seen.empty());
}

}  // namespace
}  // namespace sy
