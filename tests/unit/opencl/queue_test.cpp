// The fault record of a queue while several threads use it.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <set>
#include <thread>

#include "device.h"
#include "host.h"
#include "source.h"

namespace sy::opencl {
namespace {

/// The indices that were reported to a host of this test's own.
class Reports {
 public:
  static Reports& get() {
    static Reports instance;
    return instance;
  }
  void add(const char* message) {
    int index = -1;
    if (std::sscanf(message, "index %d", &index) != 1) ADD_FAILURE() << message;
    const std::lock_guard<std::mutex> lock(mutex_);
    indices_.insert(index);
  }
  bool has(int index) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return indices_.count(index) != 0;
  }

 private:
  std::mutex mutex_;
  std::multiset<int> indices_;
};

class QueueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    static sy_host services{};
    services.size = sizeof services;
    services.report = [](std::uint32_t, std::int32_t, sy_status, const char*, const char* message) {
      Reports::get().add(message);
    };
    host().services = &services;
    if (Devices::get().count() == 0) GTEST_SKIP() << "no OpenCL device";
    kernel_ = &device().programs().get("test/fault", [] {
      return prelude(false, false) + "__kernel void run(FAULT, const int i) { checked_index(i, 4, 0, fault, site); }\n";
    });
  }
  static Device& device() { return Devices::get().at(0); }

  /// Enqueues a kernel that looks up that index in a dimension of four.
  void look_up(Queue& queue, int index) {
    const cl_mem record = queue.fault_record();
    const cl_int site = Queue::fault_site("op", "index");
    const std::lock_guard<std::mutex> lock(kernel_->mutex);
    check(clSetKernelArg(kernel_->handle, 0, sizeof record, &record), "clSetKernelArg");
    check(clSetKernelArg(kernel_->handle, 1, sizeof site, &site), "clSetKernelArg");
    check(clSetKernelArg(kernel_->handle, 2, sizeof index, &index), "clSetKernelArg");
    const std::size_t one = 1;
    queue.enqueue_with_faults([&] {
      check(clEnqueueNDRangeKernel(queue.handle(), kernel_->handle, 1, nullptr, &one, &one, 0, nullptr, nullptr),
            "clEnqueueNDRangeKernel");
    });
  }

  Kernel* kernel_ = nullptr;
};

// Whoever waits after a bad index finds it reported, also where another thread waits for the same queue all the time.
TEST_F(QueueTest, NoFaultIsLostBetweenThreads) {
  Queue& queue = device().queue(0);
  std::atomic<bool> stop{false};
  std::thread other([&] {
    while (!stop) queue.finish();
  });
  int lost = 0;
  for (int index = 10; index < 3010; ++index) {
    look_up(queue, index);
    queue.finish();
    lost += Reports::get().has(index) ? 0 : 1;
  }
  stop = true;
  other.join();
  EXPECT_EQ(lost, 0);
}

TEST_F(QueueTest, GoodIndicesAreNotReported) {
  Queue& queue = device().queue(0);
  for (int index = -4; index < 4; ++index) look_up(queue, index);
  queue.finish();
  for (int index = -4; index < 4; ++index) EXPECT_FALSE(Reports::get().has(index));
}

}  // namespace
}  // namespace sy::opencl
