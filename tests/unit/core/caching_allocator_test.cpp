#include "switchyard/core/caching_allocator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "fake_device.h"
#include "switchyard/core/error.h"
#include "switchyard/core/sanitizer.h"

namespace sy {
namespace {

using testing::HasSubstr;
using Block = CachingAllocator::Block;

/// An allocator over a fake device. Threads remember allocators, so none is ever destroyed.
struct Rig {
  explicit Rig(std::uint32_t flags = FakeDevice::kStreams, sy_device_info info = {})
      : device("allocator_test", flags), allocator(device.table, Device("allocator_test"), info) {}
  Block take(std::uint64_t bytes, sy_stream stream = 0) {
    Block block;
    absl::Status status = allocator.allocate(bytes, stream, &block);
    EXPECT_TRUE(status.ok()) << status.message();
    return block;
  }
  absl::Status refused(std::uint64_t bytes) {
    Block block;
    absl::Status status = allocator.allocate(bytes, 0, &block);
    EXPECT_FALSE(status.ok());
    return status;
  }
  FakeDevice device;
  CachingAllocator allocator;
};

TEST(CachingAllocator, RoundsUpToAnEighthOfAPowerOfTwo) {
  Rig& rig = immortal<Rig>();
  const std::uint64_t cases[][2] = {
      {1, 64},      {64, 64},     {65, 128},          {1024, 1024},
      {1025, 1152}, {4097, 4608}, {1 << 20, 1 << 20}, {(1 << 20) + 1, (1 << 20) + (1 << 17)}};
  for (auto [asked, given] : cases) {
    Block block = rig.take(asked);
    EXPECT_EQ(block.bytes, given);
    EXPECT_EQ(rig.device.blocks.at(block.data), given);
  }
}

TEST(CachingAllocator, DevicesMayAskForPadding) {
  sy_device_info info{};
  info.padding = 64;
  Rig& rig = immortal<Rig>(FakeDevice::kStreams, info);
  EXPECT_EQ(rig.device.blocks.at(rig.take(128).data), 192u);
  EXPECT_EQ(rig.allocator.stats().reserved, 128);
}

TEST(CachingAllocator, NothingIsNoMemory) {
  Rig& rig = immortal<Rig>();
  Block block = rig.take(0);
  EXPECT_EQ(block.data, nullptr);
  rig.allocator.free(block, 0);
  EXPECT_EQ(rig.device.alloc_calls, 0);
}

TEST(CachingAllocator, AClosedOneKeepsNothing) {
  Rig& rig = immortal<Rig>();
  Block cached = rig.take(5000), live = rig.take(7000);
  rig.allocator.free(cached, 0);
  EXPECT_EQ(rig.device.frees, 0);
  rig.allocator.close();
  EXPECT_EQ(rig.device.frees, 1) << "what was cached";
  EXPECT_EQ(rig.device.synchronizations, 1);
  rig.allocator.free(live, 0);
  EXPECT_EQ(rig.device.frees, 2) << "what lived on";
  EXPECT_TRUE(rig.device.blocks.empty());
  EXPECT_EQ(rig.allocator.stats().reserved, 0);
  EXPECT_EQ(rig.allocator.stats().allocated, 0);
}

TEST(CachingAllocator, ThreadsGiveAClosedOnesPlaceToAnother) {
  std::vector<Rig*> rigs;
  for (int i = 0; i < 6; ++i) {  // more than a thread has places for
    rigs.push_back(&immortal<Rig>(FakeDevice::kHost));
    Rig& rig = *rigs.back();
    rig.allocator.free(rig.take(100), 0);
    EXPECT_EQ(rig.device.frees, 0);
    rig.allocator.close();
    EXPECT_EQ(rig.allocator.stats().allocated, 0) << i;
    EXPECT_TRUE(rig.device.blocks.empty()) << i << ": this thread's list is emptied";
  }
  if (kSanitized) GTEST_SKIP() << "blocks are not reused";
  Rig& last = immortal<Rig>(FakeDevice::kHost);
  Block block = last.take(100);
  last.allocator.free(block, 0);
  EXPECT_EQ(last.take(100).data, block.data) << "from this thread's own list";
}

TEST(CachingAllocator, ReusesWithinTheStreamAlone) {
  Rig& rig = immortal<Rig>();
  Block first = rig.take(5000, 1);
  rig.allocator.free(first, 1);
  Block other = rig.take(5000, 2);
  EXPECT_NE(other.data, first.data) << "stream 1 may still be using it";
  EXPECT_EQ(rig.take(5100, 1).data, first.data) << "of the same rounded size";
  EXPECT_EQ(rig.device.alloc_calls, 2);
}

TEST(CachingAllocator, Statistics) {
  Rig& rig = immortal<Rig>();
  Block a = rig.take(4096), b = rig.take(2048);
  rig.allocator.free(a, 0);
  MemoryStats s = rig.allocator.stats();
  EXPECT_EQ(s.allocated, 2048);
  EXPECT_EQ(s.peak_allocated, 6144);
  EXPECT_EQ(s.reserved, 6144);
  EXPECT_EQ(s.device_allocations, 2);
  EXPECT_EQ(s.cache_hits, 0);
  rig.allocator.reset_peak();
  EXPECT_EQ(rig.allocator.stats().peak_allocated, 2048);
  a = rig.take(4096);
  EXPECT_EQ(rig.allocator.stats().cache_hits, 1);
  EXPECT_EQ(rig.allocator.stats().peak_allocated, 6144);
  rig.allocator.free(a, 0);
  rig.allocator.free(b, 0);
  rig.allocator.empty_cache();
  EXPECT_EQ(rig.allocator.stats().reserved, 0);
  EXPECT_TRUE(rig.device.blocks.empty());
}

TEST(CachingAllocator, FreesItsCacheAndTriesAgainBeforeOutOfMemory) {
  Rig& rig = immortal<Rig>();
  rig.device.capacity = 8192;
  rig.allocator.free(rig.take(6144), 0);
  Block block = rig.take(4096);
  EXPECT_EQ(rig.device.frees, 1);
  EXPECT_EQ(rig.device.synchronizations, 1) << "the device may still be using what it gets back";
  EXPECT_EQ(rig.allocator.stats().reserved, 4096);
  absl::Status status = rig.refused(6144);
  EXPECT_EQ(error_code(status), ErrorCode::kOutOfMemory);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("allocating 6144 bytes on allocator_test:0 (4096 bytes already reserved)"));
  EXPECT_EQ(rig.allocator.stats().allocated, 4096) << "a failure counts for nothing";
  rig.allocator.free(block, 0);
  EXPECT_EQ(rig.take(4096).data, block.data) << "and breaks nothing";
}

TEST(CachingAllocator, OtherFailuresAreNotRetried) {
  Rig& rig = immortal<Rig>();
  rig.device.alloc_status = SY_INTERNAL;
  absl::Status status = rig.refused(4096);
  EXPECT_EQ(error_code(status), ErrorCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("the device is busy"));
  EXPECT_EQ(rig.device.alloc_calls, 1);
}

TEST(CachingAllocator, Limit) {
  Rig& rig = immortal<Rig>();
  rig.allocator.set_limit(8192);
  rig.allocator.free(rig.take(8192), 0);
  Block block = rig.take(4096);  // the cached one is given back for it
  EXPECT_EQ(rig.device.frees, 1);
  EXPECT_EQ(rig.refused(4608).message(),
            "allocating 4608 bytes on allocator_test:0 would exceed its limit of 8192 bytes (4096 in use)");
  EXPECT_EQ(error_code(rig.refused(4608)), ErrorCode::kOutOfMemory);
  rig.take(4096);  // up to the limit
  rig.allocator.set_limit(0);
  rig.take(1 << 20);
  rig.allocator.free(block, 0);
}

TEST(CachingAllocator, SizesThatNoDeviceHas) {
  sy_device_info info{};
  info.max_block = 4096;
  Rig& rig = immortal<Rig>(FakeDevice::kStreams, info);
  rig.take(4096);
  EXPECT_EQ(rig.refused(4097).message(), "device allocator_test:0 has no blocks of 4608 bytes; its largest is 4096");
  EXPECT_THAT(std::string(rig.refused(~std::uint64_t{0}).message()),
              HasSubstr("cannot allocate 18446744073709551615 bytes"));
  EXPECT_EQ(rig.device.alloc_calls, 1);
}

// A new thread has free lists of its own, whatever other tests did.
template <typename Fn>
void in_new_thread(Fn fn) {
  std::thread(fn).join();
}

TEST(CachingAllocator, SmallHostBlocksStayWithTheirThread) {
  if (kSanitized) GTEST_SKIP() << "under a sanitizer threads keep no blocks";
  Rig& rig = immortal<Rig>(FakeDevice::kHost);
  in_new_thread([&] {
    Block a = rig.take(100), b = rig.take(100);
    EXPECT_EQ(rig.allocator.stats().allocated, 256);
    rig.allocator.free(a, 0);
    rig.allocator.free(b, 0);
    in_new_thread([&] { EXPECT_NE(rig.take(100).data, a.data); });
    EXPECT_EQ(rig.take(100).data, b.data) << "the last one freed is the warmest";
    EXPECT_EQ(rig.take(100).data, a.data);
    rig.allocator.free(a, 0);
  });
  EXPECT_EQ(rig.device.alloc_calls, 3);
  EXPECT_EQ(rig.allocator.stats().allocated, 256) << "those of threads that ended count still";
}

TEST(CachingAllocator, AThreadThatEndsLeavesItsBlocksToOthers) {
  Rig& rig = immortal<Rig>(FakeDevice::kHost);
  Block given;
  in_new_thread([&] {
    given = rig.take(64);
    rig.allocator.free(given, 0);
  });
  in_new_thread([&] { EXPECT_EQ(rig.take(64).data, given.data); });
}

TEST(CachingAllocator, BlocksMayBeFreedOnAnotherThread) {
  Rig& rig = immortal<Rig>(FakeDevice::kHost);
  in_new_thread([&] {
    Block block = rig.take(64);
    in_new_thread([&] {
      rig.allocator.free(block, 0);
      EXPECT_EQ(rig.allocator.stats().allocated, 0);
    });
    EXPECT_EQ(rig.allocator.stats().allocated, 0);
  });
}

TEST(CachingAllocator, EmptyCacheTakesThisThreadsSmallBlocksToo) {
  Rig& rig = immortal<Rig>(FakeDevice::kHost);
  in_new_thread([&] {
    for (Block block : {rig.take(64), rig.take(1024), rig.take(4096)}) rig.allocator.free(block, 0);
    rig.allocator.empty_cache();
    EXPECT_EQ(rig.allocator.stats().reserved, 0);
    EXPECT_TRUE(rig.device.blocks.empty());
    EXPECT_EQ(rig.device.synchronizations, 0) << "a synchronous device has nothing to wait for";
  });
}

TEST(CachingAllocator, ManyAllocatorsPerThread) {
  in_new_thread([] {
    for (int i = 0; i < 8; ++i) {  // more than a thread keeps lists for
      Rig& rig = immortal<Rig>(FakeDevice::kHost);
      Block block = rig.take(64);
      EXPECT_EQ(rig.allocator.stats().allocated, 64);
      rig.allocator.free(block, 0);
      EXPECT_EQ(rig.take(64).data, block.data);
      EXPECT_EQ(rig.device.alloc_calls, 1);
    }
  });
}

TEST(CachingAllocator, PinnedStreamsKeepTheirBlocks) {
  Rig& rig = immortal<Rig>();
  const Block pinned = rig.take(4096, 7), other = rig.take(4096, 8);
  rig.allocator.pin_stream(7, CachingAllocator::Pinned::kInUse);
  rig.allocator.free(pinned, 7);
  rig.allocator.free(other, 8);
  rig.allocator.empty_cache();
  EXPECT_EQ(rig.device.blocks.count(pinned.data), 1u);
  EXPECT_EQ(rig.device.blocks.count(other.data), 0u);
  EXPECT_EQ(rig.take(4096, 7).data, pinned.data) << "of that stream it may be used again";
  rig.allocator.free(pinned, 7);
  rig.allocator.pin_stream(7, CachingAllocator::Pinned::kAndSealed);
  const Block later = rig.take(4096, 7);
  EXPECT_NE(later.data, pinned.data);
  rig.allocator.free(later, 7);
  rig.allocator.empty_cache();
  EXPECT_EQ(rig.device.blocks.size(), 2u);
  rig.allocator.unpin_stream(7);
  rig.allocator.empty_cache();
  EXPECT_TRUE(rig.device.blocks.empty());
}

TEST(CachingAllocator, BlocksOfAStreamThatEndedAreTheDefaultStreams) {
  Rig& rig = immortal<Rig>();
  const Block block = rig.take(4096, 7);
  rig.allocator.free(block, 7);
  rig.allocator.retire_stream(7);
  EXPECT_NE(rig.take(4096, 7).data, block.data);
  EXPECT_EQ(rig.take(4096, 0).data, block.data);
}

}  // namespace
}  // namespace sy
