// What the simulator adds to reference's kernels: memory that faults, work that happens later, errors that come later.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "../reference/plugin_harness.h"

namespace sy::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int32_t kDevices = 4;
constexpr std::int32_t kLost = 3;  // the device that gets lost, and stays so

class Simulator : public ::testing::TestWithParam<const char*> {
 protected:
  static LoadedPlugin& load(const char* backend) {
    setenv("SWITCHYARD_SIMULATOR_DEVICES", std::to_string(kDevices).c_str(), 1);
    return LoadedPlugin::get(backend, "simulator");
  }
  void TearDown() override {
    for (const char* key : {"delay_us", "fail_alloc", "fail_copy"}) configure(key, "0");
    configure("wrong_result", "");
    plugin_.take_reports();
  }
  sy_status configure(const char* key, const char* value) { return b_.configure(b_.self, key, value); }
  void* alloc(std::int32_t device, std::uint64_t bytes) {
    void* memory = nullptr;
    EXPECT_EQ(b_.alloc(b_.self, device, SY_MEMORY_DEVICE, bytes, &memory), SY_OK) << last_error();
    return memory;
  }
  sy_status try_alloc(std::int32_t device, std::uint64_t bytes = 64) {
    void* memory = nullptr;
    const sy_status status = b_.alloc(b_.self, device, SY_MEMORY_DEVICE, bytes, &memory);
    if (status == SY_OK) b_.free(b_.self, device, SY_MEMORY_DEVICE, memory);
    return status;
  }
  sy_status copy(std::uint32_t kind, void* dst, const void* src, std::uint64_t bytes, std::int32_t dst_device = 0,
                 std::int32_t src_device = 0, sy_stream stream = 0) {
    const sy_copy c = {sizeof(sy_copy), kind, dst, 0, src, 0, bytes, dst_device, src_device, stream};
    return b_.copy(b_.self, &c);
  }
  bool opaque() const { return (b_.flags & SY_BACKEND_OPAQUE_MEMORY) != 0; }

  LoadedPlugin& plugin_ = load(GetParam());
  const sy_backend& b_ = plugin_.backend();
};

using SimulatorDeathTest = Simulator;

TEST_P(SimulatorDeathTest, HostFaultsOnDevicePointers) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  void* memory = alloc(0, 64);
  ASSERT_NE(memory, nullptr);
  volatile char* p = static_cast<char*>(memory);
  char read = 0;
  EXPECT_DEATH(*p = 1, "");
  EXPECT_DEATH(read = *p, "");
  EXPECT_EQ(read, 0);
  EXPECT_EQ(b_.free(b_.self, 0, SY_MEMORY_DEVICE, memory), SY_OK);
}

TEST_P(Simulator, CopiesBetweenDevices) {
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

TEST_P(Simulator, CopiesAreAsynchronous) {
  ASSERT_EQ(configure("delay_us", "30000"), SY_OK);
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

TEST_P(Simulator, EventsOrderStreams) {
  sy_stream first = 0;
  sy_stream second = 0;
  sy_event event = 0;
  ASSERT_EQ(b_.stream_create(b_.self, 0, &first), SY_OK);
  ASSERT_EQ(b_.stream_create(b_.self, 0, &second), SY_OK);
  ASSERT_EQ(b_.event_create(b_.self, 0, &event), SY_OK);
  void* a = alloc(0, 1);
  char source = 'y';
  char back = '-';
  ASSERT_EQ(configure("delay_us", "20000"), SY_OK);
  ASSERT_EQ(copy(SY_COPY_HOST_TO_DEVICE, a, &source, 1, 0, 0, first), SY_OK);
  ASSERT_EQ(configure("delay_us", "0"), SY_OK);
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

TEST_P(Simulator, ErrorsOfQueuedWorkAreReportedLater) {
  TestCall call(plugin_, "index_select", SY_F32, SY_I64);
  call.tensor(f32({2}, {1, 2})).integer(0).tensor(i64({1}, {9})).output(SY_F32, {1});
  EXPECT_EQ(call.run(), SY_OK);
  EXPECT_THAT(plugin_.take_reports(),
              ElementsAre("index_select: index 9 is out of range for dimension 0 of size 2 (argument index)"));
}

TEST_P(Simulator, OperandsOutsideOfTheirBlockAreRefused) {
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

TEST_P(Simulator, CopiesOutsideOfTheirBlockAreRefused) {
  void* a = alloc(0, 16);
  char host[32] = "";
  EXPECT_EQ(copy(SY_COPY_HOST_TO_DEVICE, a, host, 17), SY_INVALID_ARGUMENT);
  EXPECT_EQ(copy(SY_COPY_HOST_TO_DEVICE, host, host, 1), SY_INVALID_ARGUMENT);
  b_.free(b_.self, 0, SY_MEMORY_DEVICE, a);
  EXPECT_EQ(copy(SY_COPY_HOST_TO_DEVICE, a, host, 1), SY_INVALID_ARGUMENT);
  EXPECT_EQ(b_.free(b_.self, 0, SY_MEMORY_DEVICE, a), SY_INVALID_ARGUMENT);
}

TEST_P(Simulator, MemoryEndsAndComesBack) {
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

TEST_P(Simulator, UnknownDevicesAndSettings) {
  std::int32_t count = 0;
  ASSERT_EQ(b_.device_count(b_.self, &count), SY_OK);
  EXPECT_EQ(count, kDevices);
  EXPECT_EQ(b_.synchronize(b_.self, kDevices), SY_INVALID_ARGUMENT);
  EXPECT_EQ(configure("colour", "red"), SY_NOT_FOUND);
  for (const char* wrong : {"soon", "", "-1", "5-", "9-3", "2000000", "5 "})
    EXPECT_EQ(configure("delay_us", wrong), SY_INVALID_ARGUMENT) << wrong;
  EXPECT_THAT(last_error(), HasSubstr("delay_us is \"5 \", expected microseconds"));
  for (const char* wrong : {"", "x", "-1", "3-", "3++", "+"})
    EXPECT_EQ(configure("fail_alloc", wrong), SY_INVALID_ARGUMENT) << wrong;
  for (const char* wrong : {"", "x", "1@", "@3", "1@2@3", "-1"})
    EXPECT_EQ(configure("lose_device", wrong), SY_INVALID_ARGUMENT) << wrong;
}

TEST_P(Simulator, AnAddressHasANumberAndAHandleHasNone) {
  char* a = static_cast<char*>(alloc(0, 64));
  char host[4] = "xyz";
  EXPECT_EQ(copy(SY_COPY_HOST_TO_DEVICE, a + 16, host, 4), opaque() ? SY_INVALID_ARGUMENT : SY_OK);
  sy_copy c = {sizeof(sy_copy), SY_COPY_HOST_TO_DEVICE, a, 16, host, 0, 4, 0, 0, 0};
  EXPECT_EQ(b_.copy(b_.self, &c), SY_OK);
  EXPECT_EQ(b_.synchronize(b_.self, 0), SY_OK);
  void* b = alloc(0, 64);
  EXPECT_EQ(b_.free(b_.self, 0, SY_MEMORY_DEVICE, a), SY_OK);
  EXPECT_EQ(b_.free(b_.self, 0, SY_MEMORY_DEVICE, b), SY_OK);
  EXPECT_EQ(b_.free(b_.self, 0, SY_MEMORY_DEVICE, b), SY_INVALID_ARGUMENT);
}

TEST_P(Simulator, DelaysOfARangeDiffer) {
  ASSERT_EQ(configure("delay_us", "1000-20000"), SY_OK);
  std::vector<double> took;
  for (int i = 0; i < 5; ++i) {
    void* a = alloc(0, 1);
    const auto before = std::chrono::steady_clock::now();
    ASSERT_EQ(copy(SY_COPY_HOST_TO_DEVICE, a, "x", 1), SY_OK);
    ASSERT_EQ(b_.synchronize(b_.self, 0), SY_OK);
    took.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
    b_.free(b_.self, 0, SY_MEMORY_DEVICE, a);
  }
  EXPECT_GE(*std::min_element(took.begin(), took.end()), 0.001);
  EXPECT_GE(*std::max_element(took.begin(), took.end()), 0.004);
}

TEST_P(Simulator, AllocationsFailAsAsked) {
  ASSERT_EQ(configure("fail_alloc", "2"), SY_OK);
  EXPECT_EQ(try_alloc(0), SY_OK);
  EXPECT_EQ(try_alloc(1), SY_OUT_OF_MEMORY);
  EXPECT_EQ(try_alloc(0), SY_OK);
  ASSERT_EQ(configure("fail_alloc", "2+"), SY_OK);
  EXPECT_EQ(try_alloc(0), SY_OK);
  EXPECT_EQ(try_alloc(0), SY_OUT_OF_MEMORY);
  EXPECT_EQ(try_alloc(0), SY_OUT_OF_MEMORY);
  ASSERT_EQ(configure("fail_alloc", "0"), SY_OK);
  EXPECT_EQ(try_alloc(0), SY_OK);
}

TEST_P(Simulator, CopiesFailAsAsked) {
  void* a = alloc(0, 4);
  ASSERT_EQ(configure("fail_copy", "1"), SY_OK);
  EXPECT_EQ(copy(SY_COPY_HOST_TO_DEVICE, a, "abc", 4), SY_INTERNAL);
  EXPECT_THAT(last_error(), HasSubstr("the copy of 4 bytes failed"));
  EXPECT_EQ(copy(SY_COPY_HOST_TO_DEVICE, a, "abc", 4), SY_OK);
  b_.free(b_.self, 0, SY_MEMORY_DEVICE, a);
}

TEST_P(Simulator, ResultsAreWrongAsAsked) {
  for (std::uint32_t dtype : {SY_BOOL, SY_I32, SY_F32, SY_F64}) {
    ASSERT_EQ(configure("wrong_result", "logical_not"), SY_OK);
    TestCall call(plugin_, "logical_not", dtype);
    call.tensor(typed(dtype, {2}, {1, 0})).output(SY_BOOL, {2});
    ASSERT_EQ(call.run(), SY_OK);
    EXPECT_THAT(call.result(), ElementsAre(1, 1));
    ASSERT_EQ(configure("wrong_result", ""), SY_OK);
    ASSERT_EQ(call.run(), SY_OK);
    EXPECT_THAT(call.result(), ElementsAre(0, 1));
  }
  ASSERT_EQ(configure("wrong_result", "neg"), SY_OK);
  TestCall call(plugin_, "neg");
  call.tensor(f32({2}, {1, 2})).output(SY_F32, {2});
  ASSERT_EQ(call.run(), SY_OK);
  EXPECT_THAT(call.result(), ElementsAre(::testing::Ne(-1), -2));
}

TEST_P(Simulator, ALostDeviceAnswersNoMore) {
  void* a = alloc(kLost, 4);
  void* b = alloc(0, 4);
  char back[4] = "";
  ASSERT_EQ(configure("lose_device", (std::to_string(kLost) + "@2").c_str()), SY_OK);
  ASSERT_EQ(copy(SY_COPY_HOST_TO_DEVICE, a, "abc", 4, kLost), SY_OK);
  ASSERT_EQ(b_.synchronize(b_.self, kLost), SY_OK);
  ASSERT_EQ(copy(SY_COPY_DEVICE_TO_HOST, back, a, 4, 0, kLost), SY_OK);
  EXPECT_EQ(b_.synchronize(b_.self, kLost), SY_DEVICE_LOST);
  EXPECT_STREQ(back, "");
  EXPECT_THAT(plugin_.take_reports(), ElementsAre(HasSubstr("the device was lost")));
  EXPECT_EQ(try_alloc(kLost), SY_DEVICE_LOST);
  EXPECT_EQ(copy(SY_COPY_DEVICE_TO_HOST, back, a, 4, 0, kLost), SY_DEVICE_LOST);
  EXPECT_EQ(copy(SY_COPY_DEVICE_TO_DEVICE, b, a, 4, 0, kLost), SY_DEVICE_LOST);
  EXPECT_EQ(b_.free(b_.self, kLost, SY_MEMORY_DEVICE, a), SY_OK);
  EXPECT_EQ(copy(SY_COPY_HOST_TO_DEVICE, b, "abc", 4), SY_OK);
  EXPECT_EQ(b_.synchronize(b_.self, 0), SY_OK);
  EXPECT_EQ(b_.free(b_.self, 0, SY_MEMORY_DEVICE, b), SY_OK);
}

TEST_P(Simulator, AForkedChildGetsAnError) {
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

INSTANTIATE_TEST_SUITE_P(Modes, Simulator, ::testing::Values("simulator", "simulator_opaque"),
                         [](const auto& info) { return std::string(info.param); });
INSTANTIATE_TEST_SUITE_P(Modes, SimulatorDeathTest, ::testing::Values("simulator", "simulator_opaque"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace sy::testing
