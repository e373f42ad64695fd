// The order in which a dataset is read.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace sy::data {

/// Gives the numbers of one epoch. Depends on nothing but what it was made with and the epoch; thread-safe.
class Sampler {
 public:
  virtual ~Sampler() = default;
  virtual std::int64_t size() const = 0;
  virtual std::vector<std::int64_t> order(std::uint64_t epoch) const = 0;
};

/// 0, 1, ..., n - 1.
class SequentialSampler : public Sampler {
 public:
  explicit SequentialSampler(std::int64_t n);
  std::int64_t size() const override { return n_; }
  std::vector<std::int64_t> order(std::uint64_t epoch) const override;

 private:
  std::int64_t n_;
};

/// A permutation of 0 ... n - 1 (Fisher and Yates) that the seed and the epoch fix, on every machine alike.
class RandomSampler : public Sampler {
 public:
  RandomSampler(std::int64_t n, std::uint64_t seed);
  std::int64_t size() const override { return n_; }
  std::vector<std::int64_t> order(std::uint64_t epoch) const override;

 private:
  std::int64_t n_;
  std::uint64_t seed_;
};

/// Another sampler's numbers in groups of batch_size; the last one may be smaller, or is dropped.
class BatchSampler {
 public:
  /// Throws sy::Error unless batch_size is positive.
  BatchSampler(std::shared_ptr<const Sampler> sampler, std::int64_t batch_size, bool drop_last = false);
  /// Batches per epoch.
  std::int64_t size() const;
  std::vector<std::vector<std::int64_t>> batches(std::uint64_t epoch) const;

 private:
  std::shared_ptr<const Sampler> sampler_;
  std::int64_t batch_size_;
  bool drop_last_;
};

}  // namespace sy::data
