// Objects that one call at a time uses, kept for later calls.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace sy::cpu::onednn {

template <class T>
class Pool {
 public:
  /// A free object, else make()'s.
  template <class Make>
  std::unique_ptr<T> take(const Make& make) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!free_.empty()) {
        std::unique_ptr<T> object = std::move(free_.back());
        free_.pop_back();
        return object;
      }
    }
    return make();
  }
  void give(std::unique_ptr<T> object) {
    const std::lock_guard<std::mutex> lock(mutex_);
    free_.push_back(std::move(object));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> free_;
};

}  // namespace sy::cpu::onednn
