#include "switchyard/core/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "../autograd/values.h"
#include "../message_of.h"
#include "fake_device.h"
#include "switchyard/core/backend.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Stream, LastCopyDestroysTheQueue) {
  FakeDevice& fake = registered("stream_lifetime");
  {
    Stream a = Stream::create(Device("stream_lifetime"));
    Stream b = a;
    EXPECT_EQ(a, b);
    EXPECT_EQ(a.handle(), 1u);
    EXPECT_NE(a, Stream(Device("stream_lifetime")));
    a = Stream(a.device());
    EXPECT_THAT(fake.log, ElementsAre("create stream 1"));
    b.synchronize();
  }
  EXPECT_THAT(fake.log, ElementsAre("create stream 1", "synchronize 1", "synchronize 1", "destroy stream 1"))
      << "its work is done before anybody else gets its memory";
}

TEST(Stream, CurrentOneIsPerThreadAndDevice) {
  registered("stream_current");
  Device one("stream_current"), other("stream_current:1");
  Stream side = Stream::create(one);
  {
    StreamGuard guard(side);
    EXPECT_EQ(current_stream(one), side);
    EXPECT_EQ(current_stream_handle(one), side.handle());
    EXPECT_EQ(current_stream_handle(other), 0u);
    std::thread([&] { EXPECT_EQ(current_stream_handle(one), 0u); }).join();
    {
      StreamGuard inner{Stream(one)};
      EXPECT_EQ(current_stream_handle(one), 0u);
    }
    EXPECT_EQ(current_stream(one), side);
  }
  EXPECT_EQ(current_stream(one), Stream(one));
}

TEST(Event, RecordsWaitsAndGoes) {
  FakeDevice& fake = registered("event_calls");
  Stream side = Stream::create(Device("event_calls"));
  fake.log.clear();
  {
    Event event;
    event.record(side);
    event.wait(Stream(side.device()));
    event.synchronize();
    EXPECT_FALSE(event.query());
    fake.event_done = true;
    EXPECT_TRUE(event.query());
  }
  EXPECT_THAT(fake.log,
              ElementsAre("create event 2", "record 2 on 1", "wait 2 on 0", "synchronize event 2", "destroy event 2"));
}

TEST(Event, RecordedAgainIsANewPoint) {
  FakeDevice& fake = registered("event_again");
  Event event;
  event.record(Stream(Device("event_again")));
  event.record(Stream(Device("event_again")));
  EXPECT_THAT(fake.log,
              ElementsAre("create event 1", "record 1 on 0", "destroy event 1", "create event 2", "record 2 on 0"));
}

TEST(Event, NothingRecordedNothingToWaitFor) {
  Event event;
  event.wait(Stream(Device("cpu")));
  event.synchronize();
  EXPECT_TRUE(event.query());
}

TEST(Event, AnotherBackendWaitsOnTheHost) {
  FakeDevice& fake = registered("event_from");
  FakeDevice& to = registered("event_to");
  Event event;
  event.record(Stream(Device("event_from")));
  event.wait(Stream(Device("event_to")));
  EXPECT_THAT(fake.log, ElementsAre("create event 1", "record 1 on 0", "synchronize event 1"));
  EXPECT_THAT(to.log, ElementsAre());
}

TEST(Event, WithoutQueryItWaits) {
  FakeDevice& fake = immortal<FakeDevice>("event_no_query", FakeDevice::kStreams);
  fake.table.event_query = nullptr;
  throw_if_error(register_backend(fake.table, nullptr, nullptr));
  Event event;
  event.record(Stream(Device("event_no_query")));
  EXPECT_TRUE(event.query());
  EXPECT_EQ(fake.log.back(), "synchronize event 1");
}

TEST(Stream, SynchronousDevicesNeedNone) {
  FakeDevice& fake = immortal<FakeDevice>("stream_sync", FakeDevice::kHost);
  fake.table.stream_create = nullptr;
  fake.table.event_create = nullptr;
  fake.table.stream_synchronize = nullptr;
  throw_if_error(register_backend(fake.table, nullptr, nullptr));
  Stream s = Stream::create(Device("stream_sync"));
  EXPECT_EQ(s.handle(), 0u);
  s.synchronize();
  Event event;
  event.record(s);
  event.wait(s);
  EXPECT_TRUE(event.query());
  EXPECT_THAT(fake.log, ElementsAre());
}

TEST(Stream, NativeHandlesAreOptional) {
  registered("stream_native");
  Device device("stream_native");
  EXPECT_EQ(message_of([&] { Stream(device).native(); }), "stream_native: backend stream_native has no native streams");
  EXPECT_EQ(message_of([&] { Stream::wrap(device, nullptr); }),
            "stream_wrap: backend stream_native cannot wrap native streams");
}

TEST(Stream, WrappedOnesAreNotDestroyed) {
  FakeDevice& fake = immortal<FakeDevice>("stream_wrapped", FakeDevice::kStreams);
  fake.table.stream_wrap = [](void*, std::int32_t, void* native, sy_stream* s) {
    *s = reinterpret_cast<sy_stream>(native);
    return SY_OK;
  };
  fake.table.stream_native = [](void*, std::int32_t, sy_stream s, void** native) {
    *native = reinterpret_cast<void*>(s);
    return SY_OK;
  };
  throw_if_error(register_backend(fake.table, nullptr, nullptr));
  int vendor = 0;
  EXPECT_EQ(Stream::wrap(Device("stream_wrapped"), &vendor).native(), &vendor);
  EXPECT_THAT(fake.log, ElementsAre());
}

TEST(Stream, SynchronizeThrowsWhatIsPending) {
  registered("stream_pending");
  Device device("stream_pending");
  device_state(device).report(SY_OUT_OF_RANGE, "index 9 of 3");
  EXPECT_EQ(message_of([&] { Stream(device).synchronize(); }), "index 9 of 3");
  EXPECT_NO_THROW(Stream(device).synchronize());
}

TEST(Stream, EventsOrderWorkOfTwoStreams) {
  Device device("simulator");
  Stream side = Stream::create(device);
  Tensor x = vec({1, 2, 3}).to(device);
  Tensor y;
  Event ready;
  {
    StreamGuard guard(side);
    Event start;
    start.record(Stream(device));
    start.wait(side);
    y = x * 2;
    ready.record(side);
  }
  ready.wait(Stream(device));
  EXPECT_THAT(values(y + x), ElementsAre(3, 6, 9));
}

TEST(Stream, AsynchronousErrorSurfacesAtSynchronisation) {
  Device device("simulator");
  Tensor x = vec({1, 2, 3}).to(device);
  Tensor index = make({7}, {1}).to(kI64).to(device);
  Tensor picked = index_select(x, 0, index);
  EXPECT_THAT(message_of([&] { synchronize(device); }), HasSubstr("index_select"));
  synchronize(device);  // reported once
}

}  // namespace
}  // namespace sy
