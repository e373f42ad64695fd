// Queues of one device, and the events that order them.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "opencl.h"

namespace sy::opencl {

class Device;

/// One in-order queue. Thread-safe. Kernels that look up by index note the first bad one in the queue's fault record,
/// which is looked at when somebody waits for the queue.
class Queue {
 public:
  explicit Queue(Device& device);
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  Device& device() const { return device_; }
  cl_command_queue handle() const { return handle_; }

  /// After each command: passes work on to the device now and then, so that it starts before somebody waits.
  void submitted();
  void flush();
  /// Waits for all commands and reports their fault, if there is one.
  void finish();

  /// The record, for a kernel that is about to be enqueued by enqueue_with_faults.
  cl_mem fault_record();
  /// enqueue() enqueues one command that was given the record. Nobody takes the record out meanwhile.
  template <typename Enqueue>
  void enqueue_with_faults(Enqueue&& enqueue) {
    const std::lock_guard<std::mutex> lock(mutex_);
    enqueue();
    may_have_faults_ = true;
  }
  /// Registers an operator's argument for messages about bad indices. Both live as long as the process.
  static int fault_site(const char* op, const char* argument);

 private:
  void report_fault();

  Device& device_;
  cl_command_queue handle_ = nullptr;
  std::atomic<unsigned> unflushed_{0};
  std::mutex mutex_;
  // Under the mutex.
  cl_mem faults_ = nullptr;
  bool may_have_faults_ = false;
};

/// What was recorded last; done before anything was. Thread-safe.
class Event {
 public:
  ~Event();
  void record(Queue& queue);
  /// Later work of the queue waits for what was recorded.
  void make_wait(Queue& queue);
  void synchronize();
  bool is_done();

 private:
  /// Retained for the caller; NULL before the first record.
  cl_event get();

  std::mutex mutex_;
  cl_event event_ = nullptr;
};

}  // namespace sy::opencl
