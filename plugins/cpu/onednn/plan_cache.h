// A bounded cache of primitives by signature, shared by all threads; the least recently used goes first.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace sy::cpu::onednn {

/// Numbers that a plan depends on, as bytes.
class PlanKey {
 public:
  PlanKey() { bytes_.reserve(256); }
  PlanKey& add(std::int64_t value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

template <class Plan>
class PlanCache {
 public:
  explicit PlanCache(std::size_t capacity) : capacity_(capacity) {}

  /// The plan of that key, made by make() at the first call. Two threads may both make it; one is kept.
  template <class Make>
  std::shared_ptr<const Plan> get(const PlanKey& key, const Make& make) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (const auto found = index_.find(key.bytes()); found != index_.end()) {
        entries_.splice(entries_.begin(), entries_, found->second);
        return found->second->second;
      }
    }
    std::shared_ptr<const Plan> plan = make();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (index_.count(key.bytes()) != 0) return plan;
    entries_.emplace_front(key.bytes(), plan);
    index_[key.bytes()] = entries_.begin();
    if (entries_.size() > capacity_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    return plan;
  }

 private:
  using Entry = std::pair<std::string, std::shared_ptr<const Plan>>;
  std::mutex mutex_;
  std::size_t capacity_;
  std::list<Entry> entries_;
  std::unordered_map<std::string, typename std::list<Entry>::iterator> index_;
};

}  // namespace sy::cpu::onednn
