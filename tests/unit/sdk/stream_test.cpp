// What the SDK's owners ask of a backend, and that they give everything back.
#include "switchyard/sdk/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sy::sdk {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Writes down every call; handles count from 1.
struct Device {
  sy_backend table{};
  std::vector<std::string> log;
  std::uint64_t last = 0;
  sy_status status = SY_OK;

  explicit Device(bool streams = true) {
    table.size = sizeof table;
    table.self = this;
    table.alloc = [](void* s, std::int32_t, std::uint32_t kind, std::uint64_t bytes, void** memory) {
      *memory = s;
      return of(s).note("alloc " + std::to_string(bytes) + " kind " + std::to_string(kind));
    };
    table.free = [](void* s, std::int32_t, std::uint32_t kind, void*) {
      return of(s).note("free kind " + std::to_string(kind));
    };
    if (!streams) return;
    table.stream_create = [](void* s, std::int32_t, sy_stream* h) { return of(s).create("stream", h); };
    table.stream_destroy = [](void* s, std::int32_t, sy_stream h) { return of(s).note("destroy stream", h); };
    table.stream_synchronize = [](void* s, std::int32_t, sy_stream h) { return of(s).note("synchronize", h); };
    table.event_create = [](void* s, std::int32_t, sy_event* h) { return of(s).create("event", h); };
    table.event_destroy = [](void* s, std::int32_t, sy_event h) { return of(s).note("destroy event", h); };
    table.event_record = [](void* s, std::int32_t, sy_event e, sy_stream h) {
      return of(s).note("record " + std::to_string(e) + " on", h);
    };
    table.event_wait = [](void* s, std::int32_t, sy_event e, sy_stream h) {
      return of(s).note("wait " + std::to_string(e) + " on", h);
    };
    table.event_synchronize = [](void* s, std::int32_t, sy_event e) { return of(s).note("synchronize event", e); };
  }
  static Device& of(void* self) { return *static_cast<Device*>(self); }
  sy_status note(const std::string& what) {
    log.push_back(what);
    return status;
  }
  sy_status note(const std::string& what, std::uint64_t handle) { return note(what + " " + std::to_string(handle)); }
  sy_status create(const char* what, std::uint64_t* handle) {
    if (status == SY_OK) *handle = ++last;
    return note(what, last);
  }
};

TEST(SdkStream, IsDestroyedOnceWhereverItGoes) {
  Device device;
  {
    Stream first(device.table, 0);
    first.synchronize();
    Stream moved(std::move(first));
    Stream other(device.table, 0);
    other = std::move(moved);
    EXPECT_EQ(other.handle(), 1u);
  }
  EXPECT_THAT(device.log, ElementsAre("stream 1", "synchronize 1", "stream 2", "destroy stream 1", "destroy stream 2"));
}

TEST(SdkEvent, OrdersTwoStreams) {
  Device device;
  {
    Stream side(device.table, 0);
    Event event(device.table, 0);
    event.record(7);
    event.wait(side.handle());
    event.synchronize();
    Event moved(std::move(event));
  }
  EXPECT_THAT(device.log, ElementsAre("stream 1", "event 2", "record 2 on 7", "wait 2 on 1", "synchronize event 2",
                                      "destroy event 2", "destroy stream 1"));
}

TEST(SdkStream, WithoutStreamsThereIsOneThatIsAlwaysDone) {
  for (bool older : {false, true}) {
    Device device(false);
    if (older) device.table.size = offsetof(sy_backend, stream_create);
    Stream stream(device.table, 0);
    Event event(device.table, 0);
    event.record(stream.handle());
    event.wait(0);
    event.synchronize();
    stream.synchronize();
    EXPECT_EQ(stream.handle(), 0u);
    EXPECT_THAT(device.log, IsEmpty());
  }
}

TEST(SdkMemory, GoesBackOnce) {
  Device device;
  {
    Memory none(device.table, 0, 0);
    EXPECT_EQ(none.data(), nullptr);
    Memory block(device.table, 0, 100, SY_MEMORY_PINNED);
    EXPECT_EQ(block.bytes(), 100u);
    Memory kept;
    kept = std::move(block);
    EXPECT_EQ(kept.data(), &device);
    EXPECT_EQ(block.data(), nullptr);  // NOLINT: what was moved from is empty
  }
  EXPECT_THAT(device.log, ElementsAre("alloc 100 kind 1", "free kind 1"));
}

TEST(SdkStream, FailuresThrowAndLeaveNothingToGiveBack) {
  Device device;
  device.status = SY_OUT_OF_MEMORY;
  const auto code = [](auto make) {
    try {
      make();
    } catch (const Error& e) {
      return e.code();
    }
    return SY_OK;
  };
  EXPECT_EQ(code([&] { Stream s(device.table, 0); }), SY_OUT_OF_MEMORY);
  EXPECT_EQ(code([&] { Event e(device.table, 0); }), SY_OUT_OF_MEMORY);
  EXPECT_EQ(code([&] { Memory m(device.table, 0, 8); }), SY_OUT_OF_MEMORY);
  EXPECT_THAT(device.log, ElementsAre("stream 0", "event 0", "alloc 8 kind 0"));
}

}  // namespace
}  // namespace sy::sdk
