// What the simulator adds to reference's kernels: memory that faults, work that happens later, errors that come later.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "../reference/plugin_harness.h"

namespace sy::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Simulator : public ::testing::Test {
 protected:
  void TearDown() override { b_.configure(b_.self, "delay_us", "0"); }
  void* alloc(std::int32_t device, std::uint64_t bytes) {
    void* memory = nullptr;
    EXPECT_EQ(b_.alloc(b_.self, device, SY_MEMORY_DEVICE, bytes, &memory), SY_OK) << last_error();
    return memory;
  }
  sy_status copy(std::uint32_t kind, void* dst, const void* src, std::uint64_t bytes, std::int32_t dst_device = 0,
                 std::int32_t src_device = 0, sy_stream stream = 0) {
    const sy_copy c = {sizeof(sy_copy), kind, dst, 0, src, 0, bytes, dst_device, src_device, stream};
    return b_.copy(b_.self, &c);
  }

  LoadedPlugin& plugin_ = LoadedPlugin::get("simulator");
  const sy_backend& b_ = plugin_.backend();
};

using SimulatorDeathTest = Simulator;

TEST_F(SimulatorDeathTest, HostFaultsOnDevicePointers) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        volatile char* p = static_cast<char*>(alloc(0, 64));
        *p = 1;
      },
      "");
}

TEST_F(Simulator, CopiesBetweenDevices) {
  void* a = alloc(0, 5);
  void* b = alloc(1, 5);
  char back[5] = "";
  ASSERT_EQ(copy(SY_COPY_HOST_TO_DEVICE, a, "abcd", 5), SY_OK);
  ASSERT_EQ(b_.synchronize(b_.self, 0), SY_OK);
  ASSERT_EQ(copy(SY_COPY_DEVICE_TO_DEVICE, b, a, 5, 1, 0), SY_OK);
  ASSERT_EQ(copy(SY_COPY_DEVICE_TO_HOST, back, b, 5, 0, 1), SY_OK);
  ASSERT_EQ(b_.synchronize(b_.self, 1), SY_OK);
  EXPECT_STREQ(back, "abcd");
  b_.free(b_.self, 0, SY_MEMORY_DEVICE, a);
  b_.free(b_.self, 1, SY_MEMORY_DEVICE, b);
}

TEST_F(Simulator, CopiesAreAsynchronous) {
  ASSERT_EQ(b_.configure(b_.self, "delay_us", "30000"), SY_OK);
  void* a = alloc(0, 1);
  char source = 'x';
  char back = '-';
  ASSERT_EQ(copy(SY_COPY_HOST_TO_DEVICE, a, &source, 1), SY_OK);
  ASSERT_EQ(copy(SY_COPY_DEVICE_TO_HOST, &back, a, 1), SY_OK);
  sy_event event = 0;
  std::int32_t done = -1;
  ASSERT_EQ(b_.event_create(b_.self, 0, &event), SY_OK);
  ASSERT_EQ(b_.event_query(b_.self, 0, event, &done), SY_OK);
  EXPECT_EQ(done, 1);
  ASSERT_EQ(b_.event_record(b_.self, 0, event, 0), SY_OK);
  ASSERT_EQ(b_.event_query(b_.self, 0, event, &done), SY_OK);
  EXPECT_EQ(done, 0);
  ASSERT_EQ(b_.event_synchronize(b_.self, 0, event), SY_OK);
  EXPECT_EQ(back, 'x');
  b_.event_destroy(b_.self, 0, event);
  b_.free(b_.self, 0, SY_MEMORY_DEVICE, a);
}

TEST_F(Simulator, EventsOrderStreams) {
  sy_stream first = 0;
  sy_stream second = 0;
  sy_event event = 0;
  ASSERT_EQ(b_.stream_create(b_.self, 0, &first), SY_OK);
  ASSERT_EQ(b_.stream_create(b_.self, 0, &second), SY_OK);
  ASSERT_EQ(b_.event_create(b_.self, 0, &event), SY_OK);
  void* a = alloc(0, 1);
  char source = 'y';
  char back = '-';
  ASSERT_EQ(b_.configure(b_.self, "delay_us", "20000"), SY_OK);
  ASSERT_EQ(copy(SY_COPY_HOST_TO_DEVICE, a, &source, 1, 0, 0, first), SY_OK);
  ASSERT_EQ(b_.configure(b_.self, "delay_us", "0"), SY_OK);
  ASSERT_EQ(b_.event_record(b_.self, 0, event, first), SY_OK);
  ASSERT_EQ(b_.event_wait(b_.self, 0, event, second), SY_OK);
  ASSERT_EQ(copy(SY_COPY_DEVICE_TO_HOST, &back, a, 1, 0, 0, second), SY_OK);
  ASSERT_EQ(b_.stream_synchronize(b_.self, 0, second), SY_OK);
  EXPECT_EQ(back, 'y');
  b_.event_destroy(b_.self, 0, event);
  b_.stream_destroy(b_.self, 0, first);
  EXPECT_EQ(b_.stream_synchronize(b_.self, 0, first), SY_INVALID_ARGUMENT);
  b_.stream_destroy(b_.self, 0, second);
  b_.free(b_.self, 0, SY_MEMORY_DEVICE, a);
}

TEST_F(Simulator, ErrorsOfQueuedWorkAreReportedLater) {
  TestCall call(plugin_, "index_select", SY_F32, SY_I64);
  call.tensor(f32({2}, {1, 2})).integer(0).tensor(i64({1}, {9})).output(SY_F32, {1});
  EXPECT_EQ(call.run(), SY_OK);
  EXPECT_THAT(plugin_.take_reports(),
              ElementsAre("index_select: index 9 is out of range for dimension 0 of size 2 (argument index)"));
}

TEST_F(Simulator, OperandsOutsideOfTheirBlockAreRefused) {
  Numbers wide = f32({4}, {1, 2, 3});  // one more than there is
  TestCall call(plugin_, "neg");
  call.tensor(wide).output(SY_F32, {4});
  EXPECT_EQ(call.run(), SY_INVALID_ARGUMENT);
  EXPECT_THAT(last_error(), HasSubstr("neg: an operand of 16 bytes reaches outside"));
  Numbers below = f32({2}, {1, 2});
  below.strides = {-1};
  TestCall negative(plugin_, "neg");
  negative.tensor(below).output(SY_F32, {2});
  EXPECT_EQ(negative.run(), SY_INVALID_ARGUMENT);
}

TEST_F(Simulator, CopiesOutsideOfTheirBlockAreRefused) {
  void* a = alloc(0, 16);
  char host[32] = "";
  EXPECT_EQ(copy(SY_COPY_HOST_TO_DEVICE, a, host, 17), SY_INVALID_ARGUMENT);
  EXPECT_EQ(copy(SY_COPY_HOST_TO_DEVICE, host, host, 1), SY_INVALID_ARGUMENT);
  b_.free(b_.self, 0, SY_MEMORY_DEVICE, a);
  EXPECT_EQ(copy(SY_COPY_HOST_TO_DEVICE, a, host, 1), SY_INVALID_ARGUMENT);
  EXPECT_EQ(b_.free(b_.self, 0, SY_MEMORY_DEVICE, a), SY_INVALID_ARGUMENT);
}

TEST_F(Simulator, MemoryEndsAndComesBack) {
  sy_device_info info{};
  info.size = sizeof info;
  ASSERT_EQ(b_.device_info(b_.self, 0, &info), SY_OK);
  void* memory = nullptr;
  EXPECT_EQ(b_.alloc(b_.self, 0, SY_MEMORY_DEVICE, info.total_memory, &memory), SY_OUT_OF_MEMORY);
  EXPECT_EQ(b_.alloc(b_.self, 0, SY_MEMORY_DEVICE, ~std::uint64_t{0}, &memory), SY_OUT_OF_MEMORY);
  std::vector<void*> blocks;
  while (b_.alloc(b_.self, 0, SY_MEMORY_DEVICE, info.max_block / 2, &memory) == SY_OK) blocks.push_back(memory);
  EXPECT_EQ(blocks.size(), 3u);
  for (void* block : blocks) EXPECT_EQ(b_.free(b_.self, 0, SY_MEMORY_DEVICE, block), SY_OK);
  memory = alloc(0, info.max_block);
  EXPECT_EQ(b_.free(b_.self, 0, SY_MEMORY_DEVICE, memory), SY_OK);
}

TEST_F(Simulator, UnknownDevicesAndSettings) {
  std::int32_t count = 0;
  ASSERT_EQ(b_.device_count(b_.self, &count), SY_OK);
  EXPECT_EQ(count, 2);
  EXPECT_EQ(b_.synchronize(b_.self, 2), SY_INVALID_ARGUMENT);
  EXPECT_EQ(b_.configure(b_.self, "colour", "red"), SY_NOT_FOUND);
  EXPECT_EQ(b_.configure(b_.self, "delay_us", "soon"), SY_INVALID_ARGUMENT);
}

TEST_F(Simulator, AForkedChildGetsAnError) {
  ASSERT_EQ(b_.synchronize(b_.self, 0), SY_OK);
  const pid_t child = fork();
  if (child == 0) {
    void* memory = nullptr;
    const sy_status status = b_.alloc(b_.self, 0, SY_MEMORY_DEVICE, 1, &memory);
    const bool clear = last_error().find("forked") != std::string::npos;
    _exit(status == SY_FAILED_PRECONDITION && clear ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(b_.synchronize(b_.self, 0), SY_OK);
}

}  // namespace
}  // namespace sy::testing
