#include "stream.h"

#include <utility>

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
  tasks_.push_back(std::move(task));
  changed_.notify_all();
}

void Stream::drain() {
  const auto marker = std::make_shared<Marker>();
  push([marker] { marker->set(); });
  marker->wait();
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
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    marker_ = marker;
  }
  stream.push([marker] { marker->set(); });
}

std::shared_ptr<Marker> Event::marker() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return marker_;
}

}  // namespace sy::simulator
