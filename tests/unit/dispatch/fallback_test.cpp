#include "switchyard/dispatch/fallback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../autograd/values.h"
#include "../message_of.h"
#include "switchyard/core/log.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FallbackTest : public testing::Test {
 protected:
  void SetUp() override {
    reset_fallback_stats();
    set_log_sink([this](LogLevel level, std::string_view text) {
      if (level == LogLevel::kWarning) warnings.emplace_back(text);
    });
  }
  void TearDown() override {
    set_fallback_policy(FallbackPolicy::kWarnOnce);
    set_log_sink({});
    reset_fallback_stats();
  }
  std::vector<std::string> warnings;
};

TEST_F(FallbackTest, WarnsOncePerOperatorAndDevice) {
  EXPECT_EQ(fallback_policy(), FallbackPolicy::kWarnOnce);
  for (const char* device : {"a:0", "a:0", "b:0"}) count_cpu_fallback("exp", device, "Because.");
  count_cpu_fallback("log", "a:0", "Because.");
  EXPECT_THAT(warnings, ElementsAre("exp: no kernel on a:0; running on cpu, with copies. Because.",
                                    "exp: no kernel on b:0; running on cpu, with copies. Because.",
                                    "log: no kernel on a:0; running on cpu, with copies. Because."));
  FallbackStats stats = fallback_stats();
  EXPECT_EQ(stats.cpu, 4u);
  EXPECT_EQ(stats.cpu_by_operator.at("exp on a:0"), 2u);
}

TEST_F(FallbackTest, AllowedOnesAreCountedInSilence) {
  set_fallback_policy(FallbackPolicy::kAllow);
  count_cpu_fallback("exp", "a:0", "");
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(fallback_stats().cpu, 1u);
}

TEST_F(FallbackTest, ForbiddenOnesAreErrors) {
  set_fallback_policy(FallbackPolicy::kError);
  EXPECT_EQ(message_of([] { count_cpu_fallback("exp", "a:0", "Because."); }),
            "exp: no kernel on a:0, and the CPU fallback is forbidden. Because.");
  EXPECT_EQ(fallback_stats().cpu, 0u);
}

TEST_F(FallbackTest, EachKindHasItsCounter) {
  count_fallback(Fallback::kContiguous);
  count_fallback(Fallback::kComposite);
  count_fallback(Fallback::kComposite);
  for (int i = 0; i < 3; ++i) count_fallback(Fallback::kPromoted);
  FallbackStats stats = fallback_stats();
  EXPECT_EQ(stats.contiguous_copies, 1u);
  EXPECT_EQ(stats.composites, 2u);
  EXPECT_EQ(stats.promoted, 3u);
  reset_fallback_stats();
  EXPECT_EQ(fallback_stats().promoted, 0u);
}

// The template plugin has one kernel, so that everything else takes a detour.
TEST_F(FallbackTest, APluginWithOneKernelRunsEverything) {
  Device device("template");
  Tensor host = make({1, 2, 3, 4}, {2, 2}, kF32);
  Tensor t = host.to(device);
  reset_fallback_stats();
  set_fallback_policy(FallbackPolicy::kError);
  EXPECT_THAT(message_of([&] { exp(t); }), HasSubstr("CPU fallback is forbidden"));
  set_fallback_policy(FallbackPolicy::kAllow);
  Tensor y = softmax(t, 1);
  EXPECT_EQ(y.device(), device);
  std::vector<double> got = values(y), want = values(softmax(host, 1));
  EXPECT_THAT(got, testing::Pointwise(testing::DoubleNear(1e-6), want));
  EXPECT_GT(fallback_stats().composites, 0u);
  EXPECT_GT(fallback_stats().cpu, 0u);
}

}  // namespace
}  // namespace sy
