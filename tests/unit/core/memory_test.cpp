// The caching allocator, storages and streams.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "../autograd/values.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/stream.h"

namespace sy {
namespace {

using testing::HasSubstr;

CachingAllocator& allocator(const char* device) { return *device_state(Device(device)).allocator; }

TEST(CachingAllocator, ReusesFreedBlocks) {
  CachingAllocator& a = allocator("cpu");
  void* first = nullptr;
  {
    Tensor t = empty({100000});
    first = t.raw_data();
  }
  MemoryStats before = a.stats();
  Tensor t = empty({100000});
  EXPECT_EQ(t.raw_data(), first);
  EXPECT_EQ(a.stats().device_allocations, before.device_allocations);
  EXPECT_EQ(a.stats().cache_hits, before.cache_hits + 1);
}

TEST(CachingAllocator, CountsLiveBytesAcrossThreads) {
  CachingAllocator& a = allocator("cpu");
  std::int64_t before = a.stats().allocated;
  Tensor small, large;
  std::thread([&] {
    small = empty({4});
    large = empty({1 << 20});
  }).join();
  EXPECT_GE(a.stats().allocated, before + (4 << 20) + 16);
  small = large = Tensor();
  EXPECT_EQ(a.stats().allocated, before);
}

TEST(CachingAllocator, LimitIsAnErrorAfterTheCacheIsFreed) {
  CachingAllocator& a = allocator("simulator");
  a.empty_cache();
  std::int64_t reserved = a.stats().reserved;
  a.set_limit(reserved + (8 << 20));
  { Tensor t = empty({1 << 20}, kF32, Device("simulator")); }
  Tensor other = empty({3 << 19}, kF32, Device("simulator"));  // fits only once the cached block is given back
  try {
    empty({1 << 20}, kF32, Device("simulator"));
    FAIL() << "expected out of memory";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kOutOfMemory);
    EXPECT_THAT(e.what(), HasSubstr("limit"));
  }
  a.set_limit(0);
}

TEST(Stream, EventsOrderWorkOfTwoStreams) {
  Device device("simulator");
  Stream side = Stream::create(device);
  Tensor x = vec({1, 2, 3}).to(device);
  Tensor y;
  Event ready;
  {
    StreamGuard guard(side);
    EXPECT_EQ(current_stream(device), side);
    Event start;
    start.record(Stream(device));
    start.wait(side);
    y = x * 2;
    ready.record(side);
  }
  EXPECT_NE(current_stream(device), side);
  ready.wait(Stream(device));
  EXPECT_THAT(values(y + x), testing::ElementsAre(3, 6, 9));
}

TEST(Stream, AsynchronousErrorSurfacesAtSynchronisation) {
  Device device("simulator");
  Tensor x = vec({1, 2, 3}).to(device);
  Tensor index = make({7}, {1}).to(kI64).to(device);
  Tensor picked = index_select(x, 0, index);
  try {
    synchronize(device);
    FAIL() << "expected an error";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kOutOfRange);
    EXPECT_THAT(e.what(), HasSubstr("index_select"));
  }
  synchronize(device);  // reported once
}

TEST(Tensor, DataChecksTypeAndPlace) {
  Tensor t = vec({1, 2});
  EXPECT_EQ(t.data<double>()[1], 2);
  EXPECT_THROW(t.data<float>(), Error);
  EXPECT_THROW(t.to(Device("simulator")).data<double>(), Error);
  EXPECT_THROW(t.size(1), Error);
  EXPECT_THROW(t.item(), Error);
}

}  // namespace
}  // namespace sy
