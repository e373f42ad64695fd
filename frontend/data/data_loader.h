// Batches of a dataset, prepared ahead by threads.
#pragma once

#include <atomic>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>

#include "switchyard/data/collate.h"
#include "switchyard/data/dataset.h"
#include "switchyard/data/ordered_workers.h"
#include "switchyard/data/sampler.h"

namespace sy::data {

struct DataLoaderOptions {
  std::int64_t batch_size = 1;
  bool shuffle = false;
  std::uint64_t seed = 0;                  // of shuffle
  int workers = 0;                         // threads; 0: the caller's own
  int prefetch = 4;                        // batches that are ready or in work ahead of the caller
  bool drop_last = false;                  // leave out a last batch that is smaller
  std::shared_ptr<const Sampler> sampler;  // instead of shuffle
};

/// for (auto& batch : loader) runs one epoch; each one begins anew, shuffled anew. Which batches come, and in which
/// order, depends on seed and epoch, not on the number of workers. An exception of the dataset or of collate is thrown
/// where its batch would have come, and ends the epoch. Leaving the loop early stops the threads. Several epochs may
/// run at once.
template <typename Example, typename Batch = Collated<Example>>
class DataLoader {
 public:
  using Collate = std::function<Batch(const std::vector<Example>&)>;

  /// Throws sy::Error for options that make no sense.
  explicit DataLoader(std::shared_ptr<const Dataset<Example>> dataset, DataLoaderOptions options = {},
                      Collate collate_with = default_collate)
      : dataset_(std::move(dataset)),
        options_(std::move(options)),
        collate_(std::move(collate_with)),
        batches_(batch_sampler()) {
    require(options_.workers >= 0 && options_.workers <= 1024, "DataLoader: workers must lie between 0 and 1024, got ",
            options_.workers);
    require(options_.prefetch >= 1, "DataLoader: prefetch must be positive, got ", options_.prefetch);
  }

  /// Batches per epoch.
  std::int64_t size() const { return batches_.size(); }
  /// The number of the next epoch, from 0; set it to go on where an earlier run stopped.
  std::uint64_t epoch() const { return epoch_; }
  void set_epoch(std::uint64_t epoch) { epoch_ = epoch; }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;
    using pointer = Batch*;
    using reference = Batch&;

    Iterator() = default;
    explicit Iterator(std::shared_ptr<OrderedWorkers<Batch>> workers) : workers_(std::move(workers)) { ++*this; }
    Batch& operator*() const { return *batch_; }
    Batch* operator->() const { return batch_.get(); }
    Iterator& operator++() {
      batch_.reset();
      if (std::optional<Batch> next = workers_->next()) {
        batch_ = std::make_shared<Batch>(std::move(*next));
      } else {
        workers_.reset();
      }
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.workers_ == b.workers_; }

   private:
    std::shared_ptr<OrderedWorkers<Batch>> workers_;
    std::shared_ptr<Batch> batch_;
  };

  /// Starts an epoch.
  Iterator begin() {
    auto order = std::make_shared<std::vector<std::vector<std::int64_t>>>(batches_.batches(epoch_++));
    auto make = [dataset = dataset_, collate_with = collate_, order](std::size_t i) {
      std::vector<Example> examples;
      for (std::int64_t number : (*order)[i]) examples.push_back(dataset->get(number));
      return collate_with(examples);
    };
    return Iterator(std::make_shared<OrderedWorkers<Batch>>(order->size(), options_.workers,
                                                            static_cast<std::size_t>(options_.prefetch), make));
  }
  Iterator end() const { return {}; }

 private:
  static Batch default_collate(const std::vector<Example>& examples) { return collate(examples); }
  BatchSampler batch_sampler() const {
    require(dataset_ != nullptr, "DataLoader: the dataset is null");
    std::shared_ptr<const Sampler> sampler = options_.sampler;
    if (sampler == nullptr && options_.shuffle)
      sampler = std::make_shared<RandomSampler>(dataset_->size(), options_.seed);
    if (sampler == nullptr) sampler = std::make_shared<SequentialSampler>(dataset_->size());
    return BatchSampler(sampler, options_.batch_size, options_.drop_last);
  }

  std::shared_ptr<const Dataset<Example>> dataset_;
  DataLoaderOptions options_;
  Collate collate_;
  BatchSampler batches_;
  std::atomic<std::uint64_t> epoch_{0};
};

template <typename D>
DataLoader(std::shared_ptr<D>, DataLoaderOptions = {}) -> DataLoader<typename D::ExampleType>;

}  // namespace sy::data
