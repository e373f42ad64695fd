#include "stream.h"

#include <cstdio>
#include <vector>

#include "device.h"
#include "host.h"

namespace sy::opencl {

namespace {

constexpr unsigned kFlushEvery = 16;
constexpr int kFaultInts = 8;

struct Site {
  const char* op;
  const char* argument;
};
struct Sites {
  std::mutex mutex;
  std::vector<Site> list;
};
Sites& sites() {
  static Sites* const instance = new Sites();  // kernels may end after static destructors
  return *instance;
}

std::int64_t join(cl_int low, cl_int high) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(static_cast<std::uint32_t>(high)) << 32 |
                                   static_cast<std::uint32_t>(low));
}

}  // namespace

Queue::Queue(Device& device) : device_(device) {
  cl_int code = CL_SUCCESS;
  handle_ = clCreateCommandQueue(device.context(), device.id(), 0, &code);
  check(code, "clCreateCommandQueue");
}

Queue::~Queue() {
  clFinish(handle_);
  if (faults_ != nullptr) clReleaseMemObject(faults_);
  clReleaseCommandQueue(handle_);
}

void Queue::submitted() {
  if (unflushed_.fetch_add(1, std::memory_order_relaxed) % kFlushEvery == kFlushEvery - 1) flush();
}

void Queue::flush() { check(clFlush(handle_), "clFlush"); }

void Queue::finish() {
  check(clFinish(handle_), "clFinish");
  // The lock is also waited for: what another thread is taking out of the record may be this thread's.
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!may_have_faults_) return;
  may_have_faults_ = false;
  report_fault();
}

cl_mem Queue::fault_record() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (faults_ == nullptr) {
    cl_int zeros[kFaultInts] = {};
    cl_int code = CL_SUCCESS;
    faults_ = clCreateBuffer(device_.context(), CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, sizeof zeros, zeros, &code);
    check(code, "clCreateBuffer");
  }
  return faults_;
}

int Queue::fault_site(const char* op, const char* argument) {
  const std::lock_guard<std::mutex> lock(sites().mutex);
  std::vector<Site>& list = sites().list;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].op == op && list[i].argument == argument) return static_cast<int>(i);
  }
  list.push_back({op, argument});
  return static_cast<int>(list.size()) - 1;
}

void Queue::report_fault() {
  // Read and cleared by two commands in a row, so that no kernel's fault falls between them.
  cl_int record[kFaultInts] = {};
  const cl_int zero = 0;
  cl_event read = nullptr;
  check(clEnqueueReadBuffer(handle_, faults_, CL_FALSE, 0, sizeof record, record, 0, nullptr, &read),
        "clEnqueueReadBuffer");
  const cl_int cleared =
      clEnqueueFillBuffer(handle_, faults_, &zero, sizeof zero, 0, sizeof record, 0, nullptr, nullptr);
  const cl_int waited = clWaitForEvents(1, &read);
  clReleaseEvent(read);
  check(waited, "clWaitForEvents");
  counters().bytes_read_for_faults += sizeof record;
  check(cleared, "clEnqueueFillBuffer");
  if (record[0] == 0) return;
  Site site{};
  {
    const std::lock_guard<std::mutex> sites_lock(sites().mutex);
    site = sites().list.at(static_cast<std::size_t>(record[1]));
  }
  char message[256];
  const auto index = static_cast<long long>(join(record[2], record[3]));
  const auto size = static_cast<long long>(join(record[4], record[5]));
  std::snprintf(message, sizeof message, "index %lld is out of range for dimension %d of size %lld (argument %s)",
                index, record[6], size, site.argument);
  host().services->report(host().backend, device_.index(), SY_OUT_OF_RANGE, site.op, message);
}

Event::~Event() {
  if (event_ != nullptr) clReleaseEvent(event_);
}

cl_event Event::get() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (event_ != nullptr) clRetainEvent(event_);
  return event_;
}

void Event::record(Queue& queue) {
  cl_event marker = nullptr;
  check(clEnqueueMarkerWithWaitList(queue.handle(), 0, nullptr, &marker), "clEnqueueMarkerWithWaitList");
  queue.flush();  // another queue may wait for it
  const std::lock_guard<std::mutex> lock(mutex_);
  if (event_ != nullptr) clReleaseEvent(event_);
  event_ = marker;
}

void Event::make_wait(Queue& queue) {
  cl_event event = get();
  if (event == nullptr) return;
  cl_context context = nullptr;
  cl_int code = clGetEventInfo(event, CL_EVENT_CONTEXT, sizeof context, &context, nullptr);
  if (code == CL_SUCCESS && context == queue.device().context()) {
    code = clEnqueueBarrierWithWaitList(queue.handle(), 1, &event, nullptr);
  } else {
    code = clWaitForEvents(1, &event);  // drivers know nothing of each other
  }
  clReleaseEvent(event);
  check(code, "waiting for an event");
}

void Event::synchronize() {
  cl_event event = get();
  if (event == nullptr) return;
  const cl_int code = clWaitForEvents(1, &event);
  clReleaseEvent(event);
  check(code, "clWaitForEvents");
}

bool Event::is_done() {
  cl_event event = get();
  if (event == nullptr) return true;
  cl_int status = CL_QUEUED;
  const cl_int code = clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, nullptr);
  clReleaseEvent(event);
  check(code, "clGetEventInfo");
  check(status < 0 ? status : CL_SUCCESS, "an earlier command");
  return status == CL_COMPLETE;
}

}  // namespace sy::opencl
