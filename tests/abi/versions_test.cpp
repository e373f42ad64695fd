// Plugins of other versions, with as little as the ABI allows, and of other compilers.
#include "cases.h"
#include "switchyard/dispatch/explain.h"
#include "switchyard/dispatch/fallback.h"
#include "switchyard/ops/gen/evolved.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Everything that the host asks of a device.
void use(const std::string& name) {
  Device device(name);
  Tensor x = on(name, {1, -2, 3});
  EXPECT_THAT(numbers(neg(x)), ElementsAre(-1, 2, -3));
  EXPECT_THAT(numbers(relu(x)), ElementsAre(1, 0, 3));
  EXPECT_THAT(numbers(relu(x.clone())), ElementsAre(1, 0, 3));
  Stream stream = Stream::create(device);
  StreamGuard guard(stream);
  Tensor y = neg(x);
  Event event;
  event.record(stream);
  EXPECT_TRUE(event.query());
  event.wait(Stream(device));
  event.synchronize();
  stream.synchronize();
  synchronize(device);
  EXPECT_THAT(numbers(y), ElementsAre(-1, 2, -3));
  EXPECT_THAT(message_of([&] { (void)stream.native(); }), HasSubstr("has no native streams"));
  EXPECT_THAT(message_of([&] { Stream::wrap(device, nullptr); }), HasSubstr("cannot wrap native streams"));
  EXPECT_THAT(message_of([&] { configure_backend(name, "key", "value"); }), HasSubstr("has no settings"));
  set_num_threads(1);
}

TEST(Versions, AnOlderMinorIsReadAsFarAsItGoes) {
  Plugin& plugin = load_case("older");
  EXPECT_EQ(plugin.num_kernels, 2u);
  EXPECT_EQ(plugin.table().shutdown, nullptr);
  EXPECT_EQ(plugin.table().extension, nullptr);
  use("older");
  unload_plugin("older");
}

TEST(Versions, ANewerMinorIsReadAsFarAsWeKnow) {
  EXPECT_EQ(load_case("newer").num_kernels, 2u);
  use("newer");
  unload_plugin("newer");
}

TEST(Versions, OptionalSlotsMayBeNull) {
  Plugin& bare = load_case("bare");
  EXPECT_EQ(bare.version(), "");
  use("bare");
  EXPECT_EQ(device_state(Device("bare")).info.name[0], 0);
  unload_plugin("bare");
  load_case("streams");  // needs streams and events, but neither query nor native handles
  use("streams");
}

TEST(Versions, AStaleKernelIsRejectedAlone) {
  Plugin& plugin = load_case("stale");
  EXPECT_EQ(plugin.num_kernels, 1u);
  EXPECT_THAT(plugin.messages(), ElementsAre(HasSubstr("kernel neg: built for another call layout")));
  Tensor x = on("stale", {1, -2});
  EXPECT_THAT(numbers(relu(x)), ElementsAre(1, 0));
  set_fallback_policy(FallbackPolicy::kError);
  EXPECT_THAT(message_of([&] { neg(x); }), HasSubstr("stale has no kernel neg"));
  set_fallback_policy(FallbackPolicy::kAllow);
  EXPECT_THAT(numbers(neg(x)), ElementsAre(-1, 2)) << "on the CPU";
}

class Evolved : public testing::Test {
 protected:
  void SetUp() override {
    EXPECT_EQ(load_case("evolved").num_kernels, 3u);
    EXPECT_THAT(load_case("evolved").messages(), ElementsAre());
    set_fallback_policy(FallbackPolicy::kError);
  }
};

TEST_F(Evolved, AKernelBuiltBeforeAParameterIsCalledWhereItHasItsDefault) {
  Tensor x = on("evolved", {1, -2});
  EXPECT_THAT(numbers(evolved::scale(x)), ElementsAre(2, -4));
  EXPECT_THAT(numbers(evolved::scale(x, 1)), ElementsAre(2, -4));
  EXPECT_THAT(message_of([&] { evolved::scale(x, 3); }),
              HasSubstr("kernel of plugin evolved: was built before argument factor, which is not at its default"));
}

TEST_F(Evolved, AnOperatorThatIsNewerThanThePluginRunsAsItsParts) {
  Tensor x = on("evolved", {1, -2});
  EXPECT_THAT(numbers(evolved::later(x)), ElementsAre(0, 2));
  EXPECT_THAT(message_of([&] { exp(x); }), HasSubstr("evolved has no kernel exp"));
  set_fallback_policy(FallbackPolicy::kAllow);
  EXPECT_EQ(exp(x).device(), Device("evolved"));
}

/// The plugin whose kernel takes neg(x).
std::string taker(const Tensor& x) {
  return explain([&] { neg(x); }).at(0).chosen;
}

TEST(Guests, BringKernelsForAnothersDeviceAndGoBeforeItsOwn) {
  load_case("plain");
  Tensor x = on("plain", {1, -2});
  EXPECT_THAT(taker(x), HasSubstr("plugin plain"));
  EXPECT_EQ(load_case("guest").num_kernels, 2u);
  EXPECT_THAT(taker(x), HasSubstr("plugin guest"));
  EXPECT_THAT(numbers(neg(x)), ElementsAre(-1, 2));
  unload_plugin("guest");
  EXPECT_THAT(taker(x), HasSubstr("plugin plain"));
  EXPECT_THAT(numbers(neg(x)), ElementsAre(-1, 2));
}

TEST(Guests, OverrideABuiltInKernelWhereTheyTakeTheCall) {
  Tensor x = vec({1, -2, 3, 4}).to(kF32).reshape({2, 2});
  EXPECT_THAT(taker(x), HasSubstr("plugin cpu"));
  load_case("guest_of_cpu");
  EXPECT_THAT(taker(x), HasSubstr("plugin guest_of_cpu"));
  EXPECT_THAT(numbers(neg(x)), ElementsAre(-1, 2, -3, -4));
  std::vector<CallRecord> turned = explain([&] { neg(x.transpose(0, 1)); });
  EXPECT_THAT(turned.back().chosen, HasSubstr("plugin cpu")) << "the guest takes contiguous operands only";
  EXPECT_THAT(turned.back().rejected, ElementsAre(HasSubstr("plugin guest_of_cpu: takes contiguous operands only")));
  EXPECT_THAT(taker(vec({1})), HasSubstr("plugin cpu")) << "and f32 alone";
  unload_plugin("guest_of_cpu");
  EXPECT_THAT(taker(x), HasSubstr("plugin cpu"));
}

TEST(Guests, TheProgramGoesBeforeAll) {
  load_case("other");
  Tensor x = on("other", {1, -2});
  auto instead = [](Frame& frame) { frame.set_result(0, vec({7, 7}).to(kF32).to(Device("other"))); };
  register_function_kernel(require_operator("neg"), Device("other").backend(), instead);
  EXPECT_THAT(numbers(neg(x)), ElementsAre(7, 7));
  EXPECT_THAT(numbers(neg(vec({1}))), ElementsAre(-1)) << "no other device";
}

TEST(OtherCompilers, WhatARuntimeOfItsOwnThrowsIsAnError) {
  load_case("throws");
  Tensor x = on("throws", {1, -2});
  for (int again = 0; again < 2; ++again) {
    EXPECT_THAT(message_of([&] { relu(x); }), HasSubstr("relu: relu gave up on 2 elements [throws:0, plugin throws]"));
    EXPECT_THAT(message_of([&] { neg(x); }), HasSubstr("neg: an exception of unknown type [throws:0, plugin throws]"));
  }
  EXPECT_THAT(message_of([] { fail(ErrorCode::kNotFound, "ours"); }), HasSubstr("ours")) << "our own still fly";
}

}  // namespace
}  // namespace sy
