// Queues of work, each with a thread of its own, and the events that order them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

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

  /// Queues the task, or records it where it may be.
  void push(std::function<void()> task);
  /// As push, for what only makes sense once. Throws sdk::Error while the stream records, and so does end_capture then.
  void push_once(std::function<void()> task);
  /// Sets the marker once all that was pushed before is done; at once while the stream records, since nothing is queued.
  void mark(std::shared_ptr<Marker> marker);
  /// Waits for all that was pushed before. As push_once.
  void drain();

  /// From now on tasks are recorded. Throws sdk::Error where they are already.
  void begin_capture();
  /// What was recorded. Throws sdk::Error where nothing is or something was refused; afterwards tasks run again.
  std::vector<std::function<void()>> end_capture();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  bool captures_ = false;
  bool refused_ = false;  // something that cannot be recorded
  std::vector<std::function<void()>> recorded_;
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
