#include "switchyard/core/storage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "../message_of.h"
#include "fake_device.h"
#include "switchyard/core/backend.h"

namespace sy {
namespace {

using testing::ElementsAre;

TEST(Storage, MemoryGoesBackToTheCache) {
  FakeDevice& fake = registered("storage_cache");
  Device device("storage_cache");
  void* first = nullptr;
  {
    Ref<Storage> s = Storage::allocate(device, 5000);
    EXPECT_EQ(s->bytes(), 5000u) << "as asked, not as rounded";
    EXPECT_EQ(s->device(), device);
    first = s->data();
  }
  EXPECT_EQ(Storage::allocate(device, 5000)->data(), first);
  EXPECT_EQ(fake.alloc_calls, 1);
}

TEST(Storage, EmptyOnesHaveNoMemory) {
  FakeDevice& fake = registered("storage_empty");
  EXPECT_EQ(Storage::allocate(Device("storage_empty"), 0)->data(), nullptr);
  EXPECT_EQ(fake.alloc_calls, 0);
}

TEST(Storage, VersionCountsWritesAndNamesTheWriter) {
  registered("storage_version");
  Ref<Storage> s = Storage::allocate(Device("storage_version"), 8);
  EXPECT_EQ(s->version(), 0u);
  EXPECT_STREQ(s->last_writer(), "");
  s->bump_version("add");
  s->bump_version("mul");
  EXPECT_EQ(s->version(), 2u);
  EXPECT_STREQ(s->last_writer(), "mul");
}

TEST(Storage, DeleterOfForeignMemoryRunsOnceWithTheLastOwner) {
  char memory[16];
  int deleted = 0;
  Ref<Storage> s = Storage::wrap(Device(), memory, sizeof memory, [&] { ++deleted; });
  EXPECT_EQ(s->data(), memory);
  Ref<Storage> copy = s;
  s = {};
  EXPECT_EQ(deleted, 0);
  std::thread([&] { copy = {}; }).join();
  EXPECT_EQ(deleted, 1);
  Storage::wrap(Device(), memory, sizeof memory, {});  // none is fine
}

TEST(Storage, ErrorsOfAllocation) {
  FakeDevice& fake = registered("storage_errors");
  fake.capacity = 100;
  EXPECT_EQ(code_of([] { Storage::allocate(Device("storage_errors"), 1 << 20); }), ErrorCode::kOutOfMemory);
  EXPECT_EQ(code_of([] { Storage::allocate(Device("storage_errors:1"), 8); }), ErrorCode::kNotFound);
  EXPECT_EQ(code_of([] { Storage::allocate(Device("storage_nobody"), 8); }), ErrorCode::kNotFound);
}

TEST(Storage, LostDeviceRefuses) {
  registered("storage_lost");
  device_state(Device("storage_lost")).report(SY_DEVICE_LOST, "fell off the bus");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(message_of([] { Storage::allocate(Device("storage_lost"), 8); }), "fell off the bus");
  }
}

TEST(Storage, UseOnAnotherStreamDelaysReuse) {
  FakeDevice& fake = registered("storage_streams");
  Device device("storage_streams");
  Stream side = Stream::create(device);
  fake.log.clear();
  {
    Ref<Storage> s = Storage::allocate(device, 8);
    s->record_use(side);
    s->record_use(side);            // counts once
    s->record_use(Stream(device));  // its own
  }
  EXPECT_THAT(fake.log, ElementsAre("create event 2", "record 2 on 1", "wait 2 on 0", "destroy event 2"));
}

TEST(Storage, KeepsItsOwnStreamAlive) {
  FakeDevice& fake = registered("storage_owner");
  Device device("storage_owner");
  Ref<Storage> s;
  {
    Stream side = Stream::create(device);
    StreamGuard guard(side);
    s = Storage::allocate(device, 8);
    EXPECT_EQ(s->stream(), side.handle());
  }
  EXPECT_THAT(fake.log, ElementsAre("create stream 1"));
  s->record_use(Stream(device));
  s = {};
  EXPECT_THAT(fake.log, ElementsAre("create stream 1", "create event 2", "record 2 on 0", "wait 2 on 1",
                                    "destroy event 2", "synchronize 1", "destroy stream 1"));
}

TEST(Storage, ADeviceThatFailsMeanwhileDoesNotThrowFromTheEnd) {
  FakeDevice& fake = registered("storage_failing");
  Device device("storage_failing");
  Ref<Storage> s = Storage::allocate(device, 8);
  s->record_use(Stream::create(device));
  fake.wait_status = SY_DEVICE_LOST;
  s = {};
  EXPECT_EQ(device_state(device).allocator->stats().allocated, 0);
}

}  // namespace
}  // namespace sy
