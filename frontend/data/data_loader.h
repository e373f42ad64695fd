// Batches of a dataset, prepared ahead by worker threads.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "switchyard/core/error.h"
#include "switchyard/data/dataset.h"
#include "switchyard/data/sampler.h"

namespace sy::data {

struct DataLoaderOptions {
  std::size_t batch_size = 1;
  bool shuffle = false;
  std::uint64_t seed = 0;     // of the shuffle; each epoch has an order of its own
  std::size_t workers = 0;    // 0: batches are made on the calling thread
  std::size_t prefetch = 2;   // batches kept ready per worker
  bool drop_last = false;
};

/// Order and contents do not depend on the number of workers. An exception in get() or collate reaches the caller of
/// next() at the batch that it belongs to. One epoch at a time, from one thread; destruction mid-epoch stops the workers.
template <typename Example, typename Batch>
class DataLoader {
 public:
  using Collate = std::function<Batch(const std::vector<Example>&)>;

  DataLoader(std::shared_ptr<const Dataset<Example>> dataset, Collate collate, DataLoaderOptions options)
      : dataset_(std::move(dataset)), collate_(std::move(collate)), options_(options) {
    require(dataset_ != nullptr, "DataLoader: no dataset");
    require(options_.prefetch > 0, "DataLoader: prefetch must be at least 1");
    start_epoch(0);
  }
  ~DataLoader() { stop(); }
  DataLoader(const DataLoader&) = delete;
  DataLoader& operator=(const DataLoader&) = delete;

  /// Batches per epoch.
  std::size_t size() const { return plan_.size(); }
  /// Begins an epoch from its start.
  void start_epoch(std::uint64_t epoch) {
    stop();
    std::size_t n = dataset_->size();
    plan_ = batches(options_.shuffle ? random_order(n, options_.seed, epoch) : sequential_order(n), options_.batch_size,
                    options_.drop_last);
    next_out_ = next_in_ = 0;
    ready_.clear();
    stopping_ = false;
    for (std::size_t i = 0; i < std::min(options_.workers, plan_.size()); ++i) workers_.emplace_back([this] { work(); });
  }
  /// The next batch, or nullopt at the end of the epoch.
  std::optional<Batch> next() {
    if (next_out_ == plan_.size()) return std::nullopt;
    if (workers_.empty()) return make(next_out_++);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ready_.contains(next_out_); });
    Slot slot = std::move(ready_.at(next_out_));
    ready_.erase(next_out_++);
    lock.unlock();
    changed_.notify_all();
    if (slot.error) std::rethrow_exception(slot.error);
    return std::move(slot.batch);
  }

  /// Range-for over the rest of the epoch.
  class Iterator {
   public:
    explicit Iterator(DataLoader* loader) : loader_(loader) {
      if (loader_ != nullptr) batch_ = loader_->next();
    }
    Batch& operator*() { return *batch_; }
    Iterator& operator++() {
      batch_ = loader_->next();
      return *this;
    }
    friend bool operator!=(const Iterator& a, const Iterator& b) { return a.batch_.has_value() != b.batch_.has_value(); }

   private:
    DataLoader* loader_;
    std::optional<Batch> batch_;
  };
  Iterator begin() { return Iterator(this); }
  Iterator end() { return Iterator(nullptr); }

 private:
  struct Slot {
    std::optional<Batch> batch;
    std::exception_ptr error;
  };

  Batch make(std::size_t b) const {
    std::vector<Example> examples;
    for (std::size_t index : plan_[b]) examples.push_back(dataset_->get(index));
    return collate_(examples);
  }
  void work() {
    for (;;) {
      std::size_t b;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] {
          return stopping_ || next_in_ == plan_.size() || next_in_ < next_out_ + options_.prefetch * options_.workers;
        });
        if (stopping_ || next_in_ == plan_.size()) return;
        b = next_in_++;
      }
      Slot slot;
      try {
        slot.batch = make(b);
      } catch (...) {
        slot.error = std::current_exception();
      }
      {
        std::lock_guard lock(mutex_);
        ready_.emplace(b, std::move(slot));
      }
      changed_.notify_all();
    }
  }
  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& t : workers_) t.join();
    workers_.clear();
  }

  std::shared_ptr<const Dataset<Example>> dataset_;
  Collate collate_;
  DataLoaderOptions options_;
  std::vector<std::vector<std::size_t>> plan_;
  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, Slot> ready_;
  std::size_t next_out_ = 0, next_in_ = 0;
  bool stopping_ = false;
};

/// A loader of tensor rows that stacks each column.
inline std::unique_ptr<DataLoader<std::vector<Tensor>, std::vector<Tensor>>> make_loader(std::vector<Tensor> tensors,
                                                                                        DataLoaderOptions options) {
  return std::make_unique<DataLoader<std::vector<Tensor>, std::vector<Tensor>>>(
      std::make_shared<TensorDataset>(std::move(tensors)), stack_columns, options);
}

}  // namespace sy::data
