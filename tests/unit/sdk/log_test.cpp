#include "switchyard/sdk/log.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sy::sdk {
namespace {

struct Line {
  sy_plugin_handle* plugin;
  std::int32_t level;
  std::string text;
};

class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    lines().clear();
    host_.size = sizeof host_;
    host_.log = [](sy_plugin_handle* plugin, std::int32_t level, const char* text) {
      lines().push_back({plugin, level, text});
    };
  }
  static std::vector<Line>& lines() {
    static std::vector<Line> lines;
    return lines;
  }
  sy_plugin_handle* plugin() { return reinterpret_cast<sy_plugin_handle*>(this); }

  sy_host host_{};
};

TEST_F(LogTest, FormatsUnderThePluginsHandle) {
  log(&host_, plugin(), SY_LOG_WARNING, "%s has %d of %5.2f, 100%%", "npu", -3, 1.5);
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_EQ(lines()[0].plugin, plugin());
  EXPECT_EQ(lines()[0].level, SY_LOG_WARNING);
  EXPECT_EQ(lines()[0].text, "npu has -3 of  1.50, 100%");
}

TEST_F(LogTest, ALongMessageIsCutAndEndsInZero) {
  const std::string full(511, 'x');
  log(&host_, plugin(), SY_LOG_INFO, "%s", full.c_str());
  log(&host_, plugin(), SY_LOG_INFO, "%sy%s", full.c_str(), full.c_str());
  ASSERT_EQ(lines().size(), 2u);
  EXPECT_EQ(lines()[0].text, full);
  EXPECT_EQ(lines()[1].text, full);
}

TEST_F(LogTest, AHostThatDoesNotLogGetsNothing) {
  host_.size = offsetof(sy_host, log);  // an older one, whose table ends before
  log(&host_, plugin(), SY_LOG_ERROR, "%d", 1);
  host_.size = sizeof host_;
  host_.log = nullptr;
  log(&host_, plugin(), SY_LOG_ERROR, "%d", 1);
  EXPECT_TRUE(lines().empty());
}

}  // namespace
}  // namespace sy::sdk
