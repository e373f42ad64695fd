#include "switchyard/data/sampler.h"

#include <numeric>

#include "switchyard/core/error.h"

namespace sy::data {
namespace {

/// SplitMix64 (Steele, Lea and Flood 2014). The standard library's distributions differ between implementations.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t epoch) : state_(seed) { state_ = bits() ^ (epoch * 0x9e3779b97f4a7c15u); }
  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, n): draws below 2^64 mod n are thrown away.
  std::uint64_t below(std::uint64_t n) {
    std::uint64_t least = (0 - n) % n, r = bits();
    while (r < least) r = bits();
    return r % n;
  }

 private:
  std::uint64_t state_;
};

}  // namespace

SequentialSampler::SequentialSampler(std::int64_t n) : n_(n) {
  require(n >= 0, "SequentialSampler: size ", n, " is negative");
}

std::vector<std::int64_t> SequentialSampler::order(std::uint64_t) const {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(n_));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

RandomSampler::RandomSampler(std::int64_t n, std::uint64_t seed) : n_(n), seed_(seed) {
  require(n >= 0, "RandomSampler: size ", n, " is negative");
}

std::vector<std::int64_t> RandomSampler::order(std::uint64_t epoch) const {
  std::vector<std::int64_t> numbers = SequentialSampler(n_).order(epoch);
  Random random(seed_, epoch);
  for (std::size_t i = numbers.size(); i > 1; --i) std::swap(numbers[i - 1], numbers[random.below(i)]);
  return numbers;
}

BatchSampler::BatchSampler(std::shared_ptr<const Sampler> sampler, std::int64_t batch_size, bool drop_last)
    : sampler_(std::move(sampler)), batch_size_(batch_size), drop_last_(drop_last) {
  require(sampler_ != nullptr, "BatchSampler: the sampler is null");
  require(batch_size > 0, "BatchSampler: batch_size must be positive, got ", batch_size);
}

std::int64_t BatchSampler::size() const {
  std::int64_t n = sampler_->size();
  return n / batch_size_ + (!drop_last_ && n % batch_size_ != 0);
}

std::vector<std::vector<std::int64_t>> BatchSampler::batches(std::uint64_t epoch) const {
  std::vector<std::vector<std::int64_t>> all;
  std::vector<std::int64_t> numbers = sampler_->order(epoch);
  std::size_t step = static_cast<std::size_t>(batch_size_);
  for (std::size_t i = 0; i < numbers.size(); i += step) {
    std::size_t end = std::min(i + step, numbers.size());
    if (end - i < step && drop_last_) break;
    all.emplace_back(numbers.begin() + static_cast<std::ptrdiff_t>(i),
                     numbers.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return all;
}

}  // namespace sy::data
