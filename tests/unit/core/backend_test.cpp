#include "switchyard/core/backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../message_of.h"
#include "fake_device.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(const sy_backend& table) {
  return std::string(register_backend(table, nullptr, nullptr).message());
}

TEST(RegisterBackend, GivesAnId) {
  FakeDevice& fake = immortal<FakeDevice>("backend_id");
  std::uint32_t id = 0;
  ASSERT_TRUE(register_backend(fake.table, nullptr, &id).ok());
  EXPECT_EQ(id, Device("backend_id").backend());
  EXPECT_TRUE(find_backend(Device("backend_id").backend())->alive());
}

TEST(RegisterBackend, NamesMustBeNames) {
  EXPECT_EQ(refusal(immortal<FakeDevice>(nullptr).table), "register_backend: name is NULL");
  for (const char* name : {"", "a b", "a:0", "meta"}) {
    EXPECT_THAT(refusal(immortal<FakeDevice>(name).table), HasSubstr("is no backend name")) << name;
  }
}

TEST(RegisterBackend, RequiredFunctions) {
  auto without = [](auto member, std::uint32_t flags) {
    sy_backend table = immortal<FakeDevice>("backend_holes", flags).table;
    table.*member = nullptr;
    return refusal(table);
  };
  const std::string hole = "register_backend: backend backend_holes leaves a required function NULL";
  EXPECT_EQ(without(&sy_backend::device_count, FakeDevice::kHost), hole);
  EXPECT_EQ(without(&sy_backend::alloc, FakeDevice::kHost), hole);
  EXPECT_EQ(without(&sy_backend::free, FakeDevice::kHost), hole);
  EXPECT_EQ(without(&sy_backend::copy, FakeDevice::kHost), hole);
  EXPECT_EQ(without(&sy_backend::synchronize, FakeDevice::kHost), hole);
  EXPECT_EQ(without(&sy_backend::stream_create, FakeDevice::kStreams), hole);
  EXPECT_EQ(without(&sy_backend::event_wait, FakeDevice::kStreams), hole);
  EXPECT_EQ(without(&sy_backend::event_wait, FakeDevice::kHost), "") << "a synchronous device needs no events";
}

TEST(RegisterBackend, TablesOfOlderPluginsReadAsPadded) {
  FakeDevice& fake = immortal<FakeDevice>("backend_older");
  sy_backend table = fake.table;
  table.size = offsetof(sy_backend, configure);
  ASSERT_TRUE(register_backend(table, nullptr, nullptr).ok());
  EXPECT_EQ(message_of([] { configure_backend("backend_older", "a", "b"); }), "backend backend_older has no settings");
  EXPECT_THAT(fake.log, ElementsAre());
}

TEST(RegisterBackend, ANameIsTakenUntilItsOwnerRetires) {
  FakeDevice& first = registered("backend_twice", FakeDevice::kHost);
  FakeDevice& second = immortal<FakeDevice>("backend_twice");
  EXPECT_EQ(refusal(second.table), "register_backend: the program already provides backend backend_twice");
  find_backend(Device("backend_twice").backend())->retire();
  EXPECT_EQ(message_of([] { device_state(Device("backend_twice")); }),
            "the plugin of backend backend_twice was unloaded");
  ASSERT_TRUE(register_backend(second.table, nullptr, nullptr).ok());
  synchronize(Device("backend_twice"));
  EXPECT_EQ(first.synchronizations, 0);
  EXPECT_EQ(second.synchronizations, 1);
}

TEST(FindDevice, SaysWhatThereIs) {
  registered("backend_find", FakeDevice::kHost).devices = 2;
  EXPECT_EQ(device_state(Device("backend_find:1")).device, Device("backend_find:1"));
  EXPECT_EQ(message_of([] { device_state(Device("backend_find:2")); }),
            "device backend_find:2 does not exist: backend backend_find has 2 device(s)");
  std::string nobody = message_of([] { device_state(Device("backend_nobody")); });
  EXPECT_THAT(nobody, HasSubstr("no plugin provides device backend_nobody:0 (loaded: cpu"));
  EXPECT_THAT(nobody, HasSubstr("backend_find"));
  EXPECT_EQ(message_of([] { device_state(Device("meta")); }), "device meta has no memory");
}

TEST(FindDevice, ADriverThatDoesNotStartIsTheReason) {
  registered("backend_driver", FakeDevice::kHost).count_status = SY_UNSUPPORTED;
  EXPECT_EQ(message_of([] { device_state(Device("backend_driver")); }),
            "device_count of backend backend_driver: the driver is too old");
  EXPECT_EQ(find_backend(Device("backend_driver").backend())->device_count(), 0);
}

TEST(Configure, PassesTheSettingOn) {
  FakeDevice& fake = registered("backend_settings", FakeDevice::kHost);
  configure_backend("backend_settings", "speed", "11");
  EXPECT_THAT(fake.log, ElementsAre("speed=11"));
  fake.configure_status = SY_NOT_FOUND;
  EXPECT_THAT(message_of([] { configure_backend("backend_settings", "speed", "11"); }),
              HasSubstr("setting speed of backend backend_settings"));
}

TEST(SetNumThreads, ReachesEveryBackendThatKnowsIt) {
  FakeDevice& knows = registered("backend_threads", FakeDevice::kHost);
  registered("backend_no_threads", FakeDevice::kHost).configure_status = SY_NOT_FOUND;
  set_num_threads(3);
  EXPECT_THAT(knows.log, ElementsAre("num_threads=3"));
  EXPECT_EQ(message_of([] { set_num_threads(0); }), "set_num_threads: expected at least 1, got 0");
  knows.configure_status = SY_INTERNAL;
  EXPECT_THAT(message_of([] { set_num_threads(1); }), HasSubstr("set_num_threads on backend_threads"));
  knows.configure_status = SY_OK;
}

TEST(DeviceState, FirstReportStandsUntilTaken) {
  DeviceState& state = immortal<DeviceState>();
  EXPECT_TRUE(state.take_pending().ok());
  state.report(SY_OUT_OF_RANGE, "first");
  state.report(SY_INTERNAL, "second");
  absl::Status status = state.take_pending();
  EXPECT_EQ(status.message(), "first");
  EXPECT_EQ(error_code(status), ErrorCode::kOutOfRange);
  EXPECT_TRUE(state.take_pending().ok());
  state.report(77, "a code of a later version");
  EXPECT_EQ(error_code(state.take_pending()), ErrorCode::kInternal);
}

TEST(DeviceState, LostStaysLost) {
  DeviceState& state = immortal<DeviceState>();
  state.report(SY_INTERNAL, "hiccup");
  state.report(SY_DEVICE_LOST, "gone");
  state.report(SY_DEVICE_LOST, "gone again");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(state.take_pending().message(), "gone");
}

TEST(Synchronize, PendingErrorsCome) {
  FakeDevice& fake = registered("backend_sync", FakeDevice::kStreams);
  Device device("backend_sync");
  device_state(device).report(SY_INTERNAL, "kernel went wrong");
  EXPECT_EQ(message_of([&] { synchronize(device); }), "kernel went wrong");
  EXPECT_EQ(fake.synchronizations, 1) << "and the work is done all the same";
  EXPECT_NO_THROW(synchronize(device));
}

}  // namespace
}  // namespace sy
