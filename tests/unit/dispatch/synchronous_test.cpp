#include "switchyard/dispatch/synchronous.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../autograd/values.h"
#include "fake_plugin.h"
#include "switchyard/dispatch/kernel_call.h"

namespace sy {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Work that finds a fault after run has returned, and does not know its operator.
KernelFn finds_a_fault(FakePlugin& fake, sy_status code) {
  return [&fake, code](const sy_call& call) {
    host_services().report(fake.at.backend(), call.device, code, nullptr, "the board is on fire");
    return SY_OK;
  };
}

class Synchronous : public testing::Test {
 protected:
  void SetUp() override { set_synchronous_calls(true); }
  void TearDown() override { set_synchronous_calls(false); }
};

TEST_F(Synchronous, TheFirstOperatorThatFailsIsNamed) {
  FakePlugin& fake = fake_plugin("synchronous_named", FakeDevice::kStreams);
  fake.kernel("exp", writes(2));
  fake.kernel("neg", finds_a_fault(fake, SY_INTERNAL));
  auto chain = [&] { exp(neg(exp(empty({3}, kF32, fake.at)))); };
  EXPECT_THAT(message_of(chain), AllOf(HasSubstr("neg: the board is on fire"),
                                       HasSubstr("plugin synchronous_named, calls are synchronous]")));
  EXPECT_NO_THROW(synchronize(fake.at)) << "it was told";
  set_synchronous_calls(false);
  EXPECT_EQ(message_of(chain), "no error");
  EXPECT_THAT(message_of([&] { synchronize(fake.at); }), AllOf(HasSubstr("on fire"), Not(HasSubstr("neg"))));
}

TEST_F(Synchronous, WhatWasFoundBeforeIsNotTheNextOperators) {
  FakePlugin& fake = fake_plugin("synchronous_before", FakeDevice::kStreams);
  fake.kernel("exp", writes(2));
  host_services().report(fake.at.backend(), 0, SY_INTERNAL, "copy", "an earlier fault");
  EXPECT_THAT(message_of([&] { exp(empty({3}, kF32, fake.at)); }),
              AllOf(HasSubstr("copy: an earlier fault"), Not(HasSubstr("exp"))));
}

TEST_F(Synchronous, OnTheSimulator) {
  Device device("simulator");
  Tensor x = make({1, 2, 3}, {3}, kF32).to(device), index = make({0, 9}, {2}, kI64).to(device);
  auto chain = [&] { neg(index_select(neg(x), 0, index)); };
  EXPECT_THAT(message_of(chain), AllOf(HasSubstr("index_select: "), HasSubstr("calls are synchronous")));
  set_synchronous_calls(false);
  EXPECT_EQ(message_of(chain), "no error");
  EXPECT_THAT(message_of([&] { synchronize(device); }), HasSubstr("index_select"));
}

TEST(SynchronousDeathTest, TheEnvironmentTurnsItOn) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto run = [](const char* value) {
    setenv("SWITCHYARD_SYNCHRONOUS", value, 1);
    _exit(synchronous_calls() ? 1 : 0);
  };
  EXPECT_EXIT(run("1"), testing::ExitedWithCode(1), "");
  EXPECT_EXIT(run("0"), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace sy
