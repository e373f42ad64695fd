// Work done ahead by threads and handed over in order.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace sy::data {

/// Computes make(0), make(1), ..., make(count - 1) on some threads, at most `ahead` results beyond the one taken last,
/// and gives them out in order. With no threads, next() computes. The destructor stops the threads after what they are
/// at.
template <typename T>
class OrderedWorkers {
 public:
  OrderedWorkers(std::size_t count, int threads, std::size_t ahead, std::function<T(std::size_t)> make)
      : count_(count), ahead_(ahead == 0 ? 1 : ahead), make_(std::move(make)) {
    try {
      for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    } catch (...) {  // no thread to be had
      stop();
      throw;
    }
  }
  ~OrderedWorkers() { stop(); }
  OrderedWorkers(const OrderedWorkers&) = delete;
  OrderedWorkers& operator=(const OrderedWorkers&) = delete;

  /// The next result; nothing after the last. Rethrows what make threw for it, and gives nothing more after that.
  std::optional<T> next() {
    if (taken_ == count_) return std::nullopt;
    if (threads_.empty()) {
      std::size_t i = std::exchange(taken_, count_);
      T value = make_(i);
      taken_ = i + 1;
      return value;
    }
    Outcome outcome = take();
    if (!outcome.error) return std::move(outcome.value);
    stop();
    std::rethrow_exception(outcome.error);
  }

 private:
  struct Outcome {
    std::optional<T> value;
    std::exception_ptr error;
  };

  Outcome take() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return done_.contains(taken_); });
    Outcome outcome = std::move(done_.extract(taken_).mapped());
    taken_ = outcome.error ? count_ : taken_ + 1;
    room_.notify_all();
    return outcome;
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      room_.wait(lock, [&] { return stopping_ || started_ == count_ || started_ < taken_ + ahead_; });
      if (stopping_ || started_ == count_) return;
      std::size_t i = started_++;
      lock.unlock();
      Outcome outcome;
      try {
        outcome.value.emplace(make_(i));
      } catch (...) {
        outcome.error = std::current_exception();
      }
      lock.lock();
      done_.emplace(i, std::move(outcome));
      ready_.notify_all();
    }
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    room_.notify_all();
    for (std::thread& t : threads_) {
      if (t.joinable()) t.join();
    }
  }

  const std::size_t count_, ahead_;
  const std::function<T(std::size_t)> make_;
  std::mutex mutex_;
  std::condition_variable ready_, room_;
  std::size_t taken_ = 0, started_ = 0;
  bool stopping_ = false;
  std::map<std::size_t, Outcome> done_;
  std::vector<std::thread> threads_;
};

}  // namespace sy::data
