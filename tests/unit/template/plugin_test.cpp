// The plugin to copy does what its files say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "../reference/plugin_harness.h"

namespace sy::testing {
namespace {

using ::testing::ElementsAre;

LoadedPlugin& plugin() { return LoadedPlugin::get("template"); }

TEST(Template, OneDeviceOneKernel) {
  EXPECT_STREQ(plugin().backend().name, "template");
  ASSERT_EQ(plugin().kernels().size(), 1u);
  EXPECT_STREQ(plugin().kernels()[0]->op, "relu");
  std::int32_t count = 0;
  EXPECT_EQ(plugin().backend().device_count(plugin().backend().self, &count), SY_OK);
  EXPECT_EQ(count, 1);
}

TEST(Template, ReluOfAnyLayout) {
  TestCall call(plugin(), "relu");
  Numbers turned = f32({2, 3}, {1, -2, 3, -4, 5, -6});
  turned.strides = {1, 2};  // rows 1, 3, 5 and -2, -4, -6
  call.tensor(turned).output(SY_F32, {2, 3});
  ASSERT_EQ(call.run(), SY_OK) << last_error();
  EXPECT_THAT(call.result(), ElementsAre(1, 3, 5, 0, 0, 0));
}

TEST(Template, ReluKeepsNan) {
  const double inf = std::numeric_limits<double>::infinity();
  TestCall call(plugin(), "relu", SY_F16);
  call.tensor(typed(SY_F16, {3}, {std::nan(""), -inf, inf})).output(SY_F16, {3});
  ASSERT_EQ(call.run(), SY_OK) << last_error();
  EXPECT_TRUE(std::isnan(call.result()[0]));
  EXPECT_THAT(call.result()[1], 0);
  EXPECT_THAT(call.result()[2], inf);
}

TEST(Template, OtherDtypesAreDeclined) {
  TestCall call(plugin(), "relu", SY_I32);
  call.tensor(typed(SY_I32, {1}, {1})).output(SY_I32, {1});
  EXPECT_EQ(call.run(), SY_UNSUPPORTED);
}

}  // namespace
}  // namespace sy::testing
