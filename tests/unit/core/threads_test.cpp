// What threads share below the dispatcher: memory, streams, random numbers, messages, names.
#include "../threads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <numeric>

#include "../autograd/values.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/generator.h"
#include "switchyard/core/log.h"
#include "switchyard/core/stream.h"

namespace sy {
namespace {

constexpr int kThreads = 4;

// Blocks of the threads' own lists and of the shared ones are made on one thread and freed on another.
void trade_blocks(const char* name) {
  Device device(name);
  CachingAllocator& allocator = *device_state(device).allocator;
  const std::int64_t before = allocator.stats().allocated;
  std::mutex mutex;
  std::vector<Tensor> traded;
  on_threads(kThreads, [&](int t) {
    for (int i = 0; i < 200; ++i) {
      Tensor mine = full({(i * 37 + t) % 600 + 1}, t, kF32, device);
      {
        std::lock_guard lock(mutex);
        if (traded.size() < 8) {
          traded.push_back(mine);
          continue;
        }
        std::swap(mine, traded[static_cast<std::size_t>(i) % traded.size()]);
      }
      std::vector<double> seen = values(mine);
      EXPECT_EQ(seen.front(), seen.back());
      mine = Tensor();
      if (i % 50 == 0) allocator.empty_cache();
      EXPECT_GE(allocator.stats().reserved, 0);
    }
  });
  traded.clear();
  EXPECT_EQ(allocator.stats().allocated, before);
}

TEST(CachingAllocator, BlocksChangeThreads) { trade_blocks("cpu"); }
TEST(CachingAllocator, BlocksOfStreamsChangeThreads) { trade_blocks("simulator"); }

TEST(Stream, ThreadsWithStreamsOfTheirOwn) {
  Device device("simulator");
  Tensor x = vec({1, 2, 3}).to(device);
  Event ready;
  ready.record(Stream(device));
  on_threads(kThreads, [&](int t) {
    Stream own = Stream::create(device);
    StreamGuard guard(own);
    ready.wait(own);
    for (int i = 0; i < 20; ++i) EXPECT_THAT(values(x * t + x), testing::ElementsAre(t + 1, 2 * t + 2, 3 * t + 3));
    own.synchronize();
  });
}

TEST(Generator, EveryCounterGoesToOneCall) {
  Generator generator(5);
  constexpr std::size_t kDraws = 500;
  std::vector<std::uint64_t> offsets(kThreads * kDraws);
  on_threads(kThreads, [&](int t) {
    for (std::size_t i = 0; i < kDraws; ++i)
      offsets[static_cast<std::size_t>(t) * kDraws + i] = generator.next().offset;
  });
  std::sort(offsets.begin(), offsets.end());
  std::vector<std::uint64_t> expected(offsets.size());
  std::iota(expected.begin(), expected.end(), 0u);
  EXPECT_EQ(offsets, expected);
}

TEST(LogThreads, SinkAndLevelChangeWhileOthersLog) {
  std::atomic<int> seen{0};
  auto sink = [&seen](LogLevel, std::string_view message) { seen += message == "hello"; };
  set_log_sink(sink);
  on_threads(kThreads, [&](int t) {
    for (int i = 0; i < 200; ++i) {
      if (t == 0) {
        set_log_sink(sink);
        set_log_level(i % 2 == 0 ? LogLevel::kWarning : LogLevel::kInfo);
      }
      log(LogLevel::kError, "hello");
    }
  });
  set_log_sink({});
  set_log_level(LogLevel::kWarning);
  EXPECT_EQ(seen, kThreads * 200);
}

TEST(Names, OneIdPerNameInWhicheverThread) {
  std::vector<std::vector<int>> ids(kThreads);
  on_threads(kThreads, [&](int t) {
    for (int i = 0; i < 50; ++i) {
      ids[static_cast<std::size_t>(t)].push_back(Device("name" + std::to_string(i)).backend());
      EXPECT_EQ(Dtype::parse("f32"), kF32);
    }
    EXPECT_GE(register_dtype("threads_" + std::to_string(t % 2), {5, 8, 1}), 0);
  });
  EXPECT_THAT(ids, testing::Each(ids[0]));
}

}  // namespace
}  // namespace sy
