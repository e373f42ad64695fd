#include "loops/parallel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace sy::cpu {
namespace {

using Ranges = std::vector<std::pair<std::int64_t, std::int64_t>>;

Ranges ranges_of(std::int64_t n, std::int64_t grain, std::int64_t align = 1) {
  Ranges ranges;
  std::mutex mutex;
  parallel_for(
      n, grain,
      [&](std::int64_t begin, std::int64_t end) {
        std::lock_guard lock(mutex);
        ranges.emplace_back(begin, end);
      },
      align);
  std::sort(ranges.begin(), ranges.end());
  return ranges;
}

class Parallel : public ::testing::Test {
 protected:
  void TearDown() override { set_num_threads(1); }
};

TEST_F(Parallel, CoversEveryElementOnce) {
  for (int threads : {1, 2, 4, 7}) {
    set_num_threads(threads);
    for (std::int64_t n : {1, 63, 64, 65, 1000, 4097}) {
      for (std::int64_t align : {1, 64}) {
        Ranges ranges = ranges_of(n, 10, align);
        std::int64_t next = 0;
        for (auto [begin, end] : ranges) {
          EXPECT_EQ(begin, next);
          EXPECT_EQ(begin % align, 0);
          EXPECT_LT(begin, end);
          next = end;
        }
        EXPECT_EQ(next, n) << threads << " " << align;
        EXPECT_LE(ranges.size(), static_cast<std::size_t>(threads));
      }
    }
  }
}

TEST_F(Parallel, SmallLoopsStayOnTheThread) {
  set_num_threads(4);
  EXPECT_EQ(ranges_of(100, 100), (Ranges{{0, 100}}));
  EXPECT_EQ(ranges_of(101, 100).size(), 2u);
  EXPECT_TRUE(ranges_of(0, 1).empty());
}

TEST_F(Parallel, NestedLoopsDoNotSplitAgain) {
  set_num_threads(2);
  std::mutex mutex;
  std::vector<std::size_t> inner;
  parallel_for(2, 1, [&](std::int64_t, std::int64_t) {
    std::size_t n = ranges_of(1000, 1).size();
    std::lock_guard lock(mutex);
    inner.push_back(n);
  });
  EXPECT_THAT(inner, ::testing::Each(1u));
}

TEST_F(Parallel, GrainOfSteps) {
  EXPECT_EQ(grain_for(1), kGrain);
  EXPECT_EQ(grain_for(kGrain * 4), 1);
  EXPECT_EQ(grain_for(0), kGrain);
}

// OpenMP's threads do not survive a fork: a child that waited for them would hang.
TEST_F(Parallel, AForkedChildComputesAlone) {
  set_num_threads(3);
  ranges_of(1000, 1);
  pid_t child = fork();
  if (child == 0) {
    alarm(20);
    if (num_threads() != 1 || ranges_of(1000, 1).size() != 1) _exit(1);
    set_num_threads(3);
    _exit(ranges_of(1000, 1).size() == 1 ? 0 : 2);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(num_threads(), 3) << "the parent goes on as before";
}

}  // namespace
}  // namespace sy::cpu
