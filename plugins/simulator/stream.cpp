#include "stream.h"

#include <utility>

#include "switchyard/sdk/status.h"

namespace sy::simulator {

void Marker::set() {
  const std::lock_guard<std::mutex> lock(mutex_);
  set_ = true;
  changed_.notify_all();
}

void Marker::wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return set_; });
}

bool Marker::is_set() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return set_;
}

Stream::Stream() : thread_([this] { work(); }) {}

Stream::~Stream() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Stream::push(std::function<void()> task) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (captures_) return recorded_.push_back(std::move(task));
  tasks_.push_back(std::move(task));
  changed_.notify_all();
}

void Stream::push_once(std::function<void()> task) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (captures_) {
    refused_ = true;
    throw sdk::Error(SY_FAILED_PRECONDITION, "simulator: a stream that is being captured cannot be waited for");
  }
  tasks_.push_back(std::move(task));
  changed_.notify_all();
}

void Stream::drain() {
  const auto marker = std::make_shared<Marker>();
  push_once([marker] { marker->set(); });
  marker->wait();
}

void Stream::begin_capture() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (captures_) throw sdk::Error(SY_FAILED_PRECONDITION, "simulator: the stream is being captured already");
  captures_ = true;
  refused_ = false;
}

std::vector<std::function<void()>> Stream::end_capture() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!captures_) throw sdk::Error(SY_FAILED_PRECONDITION, "simulator: the stream is not being captured");
  captures_ = false;
  std::vector<std::function<void()>> recorded = std::exchange(recorded_, {});
  if (refused_) throw sdk::Error(SY_FAILED_PRECONDITION, "simulator: something in the capture was refused");
  return recorded;
}

void Stream::mark(std::shared_ptr<Marker> marker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (captures_) return marker->set();
  tasks_.push_back([marker = std::move(marker)] { marker->set(); });
  changed_.notify_all();
}

void Stream::work() {
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

void Event::record(Stream& stream) {
  const auto marker = std::make_shared<Marker>();
  stream.push_once([marker] { marker->set(); });
  const std::lock_guard<std::mutex> lock(mutex_);
  marker_ = marker;
}

std::shared_ptr<Marker> Event::marker() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return marker_;
}

}  // namespace sy::simulator
