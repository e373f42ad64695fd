// Queues of work, each with a thread of its own, and the events that order them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace sy::simulator {

/// Something that happens once.
class Marker {
 public:
  void set();
  void wait();
  bool is_set();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

/// Runs tasks one after the other. Thread-safe.
class Stream {
 public:
  Stream();
  /// Finishes what was queued.
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void push(std::function<void()> task);
  /// Waits for all that was pushed before.
  void drain();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

/// What was recorded last; done before anything was. Thread-safe.
class Event {
 public:
  void record(Stream& stream);
  /// NULL before the first record.
  std::shared_ptr<Marker> marker();

 private:
  std::mutex mutex_;
  std::shared_ptr<Marker> marker_;
};

}  // namespace sy::simulator
