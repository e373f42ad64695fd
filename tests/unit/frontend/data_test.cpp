// Samplers, datasets, collating and the loader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "helpers.h"
#include "switchyard/switchyard.h"

namespace sy {
namespace {

using data::DataLoader;
using data::DataLoaderOptions;
using testing::ElementsAre;
using testing::HasSubstr;

/// The numbers 0 ... n - 1; odd ones take longer, so that threads overtake each other.
class Numbers : public data::Dataset<std::int64_t> {
 public:
  explicit Numbers(std::int64_t n, std::int64_t bad = -1) : n_(n), bad_(bad) {}
  std::int64_t size() const override { return n_; }
  std::int64_t get(std::int64_t i) const override {
    if (i == bad_) throw std::out_of_range("example " + std::to_string(i));
    if (i % 2 == 1) std::this_thread::sleep_for(std::chrono::microseconds(200));
    ++read;
    return i;
  }
  mutable std::atomic<int> read{0};

 private:
  std::int64_t n_, bad_;
};

std::vector<std::vector<std::int64_t>> epoch(DataLoader<std::int64_t>& loader) {
  std::vector<std::vector<std::int64_t>> all;
  for (const Tensor& batch : loader) all.push_back(to_vector<std::int64_t>(batch));
  return all;
}

TEST(Loader, InOrderWithAndWithoutLastBatch) {
  DataLoader loader(std::make_shared<Numbers>(5), {.batch_size = 2});
  EXPECT_EQ(loader.size(), 3);
  EXPECT_THAT(epoch(loader), ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
  DataLoader dropping(std::make_shared<Numbers>(5), {.batch_size = 2, .drop_last = true});
  EXPECT_EQ(dropping.size(), 2);
  EXPECT_THAT(epoch(dropping), ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3)));
  DataLoader empty(std::make_shared<Numbers>(0), {.workers = 2});
  EXPECT_TRUE(epoch(empty).empty());
}

TEST(Loader, OrderDependsOnSeedAndEpochAlone) {
  auto numbers = std::make_shared<Numbers>(50);
  std::vector<std::vector<std::vector<std::int64_t>>> first, second;
  for (int workers : {0, 1, 3, 8}) {
    DataLoader loader(numbers, {.batch_size = 4, .shuffle = true, .seed = 7, .workers = workers, .prefetch = 3});
    first.push_back(epoch(loader));
    second.push_back(epoch(loader));
    EXPECT_EQ(loader.epoch(), 2u);
  }
  EXPECT_THAT(first, testing::Each(first[0]));
  EXPECT_THAT(second, testing::Each(second[0]));
  EXPECT_NE(first[0], second[0]);
  DataLoader resumed(numbers, {.batch_size = 4, .shuffle = true, .seed = 7});
  resumed.set_epoch(1);
  EXPECT_EQ(epoch(resumed), second[0]);
  DataLoader other(numbers, {.batch_size = 4, .shuffle = true, .seed = 8});
  EXPECT_NE(epoch(other), first[0]);
  std::vector<std::int64_t> seen;
  for (auto& batch : first[0]) seen.insert(seen.end(), batch.begin(), batch.end());
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, data::SequentialSampler(50).order(0));
}

TEST(Loader, ThePermutationIsTheSameOnEveryMachine) {
  EXPECT_THAT(data::RandomSampler(6, 1).order(0), ElementsAre(3, 4, 5, 0, 1, 2));
}

TEST(Sampler, EveryPermutationIsAboutEquallyLikely) {
  std::vector<int> first(5);
  for (std::uint64_t seed = 0; seed < 5000; ++seed)
    ++first[static_cast<std::size_t>(data::RandomSampler(5, seed).order(0)[0])];
  for (int count : first) EXPECT_NEAR(count, 1000, 150);
}

TEST(Sampler, OneOfYourOwn) {
  struct Backwards : data::Sampler {
    std::int64_t size() const override { return 3; }
    std::vector<std::int64_t> order(std::uint64_t) const override { return {4, 2, 0}; }
  };
  DataLoader loader(std::make_shared<Numbers>(5), {.batch_size = 2, .sampler = std::make_shared<Backwards>()});
  EXPECT_THAT(epoch(loader), ElementsAre(ElementsAre(4, 2), ElementsAre(0)));
}

TEST(Loader, PrefetchIsBounded) {
  auto numbers = std::make_shared<Numbers>(1000);
  DataLoader loader(numbers, {.workers = 2, .prefetch = 6});
  auto it = loader.begin();  // takes one
  for (int wait = 0; wait < 2000 && numbers->read < 7; ++wait)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(numbers->read, 7);
}

TEST(Loader, ExceptionsReachTheCallerAtTheirBatch) {
  for (int workers : {0, 3}) {
    DataLoader loader(std::make_shared<Numbers>(20, 9), {.batch_size = 4, .workers = workers});
    std::vector<std::int64_t> seen;
    try {
      for (const Tensor& batch : loader) seen.push_back(batch.numel());
      FAIL() << "nothing was thrown";
    } catch (const std::out_of_range& e) {
      EXPECT_STREQ(e.what(), "example 9");
    }
    EXPECT_THAT(seen, ElementsAre(4, 4));
    auto refuse = [](const std::vector<std::int64_t>&) -> int { fail(ErrorCode::kInvalidArgument, "collate refused"); };
    DataLoader<std::int64_t, int> refusing(std::make_shared<Numbers>(2), {.workers = workers}, refuse);
    EXPECT_EQ(message_of([&] { refusing.begin(); }), "collate refused");
  }
}

TEST(Loader, StopsCleanlyInMidEpoch) {
  auto numbers = std::make_shared<Numbers>(10000);
  DataLoader loader(numbers, {.batch_size = 2, .workers = 4, .prefetch = 5});
  for (int round = 0; round < 20; ++round) {
    for (const Tensor& batch : loader) {
      if (batch[0].item<int>() >= 4) break;
    }
  }
  EXPECT_LT(numbers->read, 20 * 2 * (3 + 5 + 4));  // taken, ahead, under way
  auto it = loader.begin();
  auto other = loader.begin();  // epochs do not disturb each other
  ++it;
  EXPECT_EQ((*it)[0].item<int>(), 2);
  EXPECT_EQ((*other)[0].item<int>(), 0);
}

TEST(Loader, CollatesTensorsPairsAndMaps) {
  Tensor x = arange(0, 12, 1, kF32).reshape({6, 2}), y = arange(0, 6, 1, kI64);
  DataLoader loader(std::make_shared<data::TensorDataset>(std::vector<Tensor>{x, y}), {.batch_size = 3, .workers = 2});
  int batches = 0;
  for (auto& batch : loader) {
    EXPECT_EQ(batch[0].shape().vec(), (std::vector<std::int64_t>{3, 2}));
    EXPECT_EQ(batch[1][0].item<int>(), 3 * batches++);
  }
  EXPECT_EQ(batches, 2);
  using Pair = std::pair<Tensor, double>;
  auto [a, b] = data::collate(std::vector<Pair>{{tensor({1., 2.}), 0.5}, {tensor({3., 4.}), 1.5}});
  EXPECT_EQ(a.shape().vec(), (std::vector<std::int64_t>{2, 2}));
  EXPECT_THAT(to_vector<double>(b), ElementsAre(0.5, 1.5));
  using Map = std::map<std::string, Tensor>;
  EXPECT_EQ(data::collate(std::vector<Map>{{{"k", tensor(1.)}}, {{"k", tensor(2.)}}})["k"].numel(), 2);
  EXPECT_THAT(message_of([] {
                data::collate(std::vector<Map>{{{"k", tensor(1.)}}, {}});
              }),
              HasSubstr("\"k\" is in 1 of 2"));
  EXPECT_THAT(message_of([] { data::collate(std::vector<Tensor>{zeros({2}), zeros({3})}); }), HasSubstr("[3]"));
}

TEST(Loader, MistakesAreNamed) {
  auto numbers = std::make_shared<Numbers>(5);
  EXPECT_THAT(message_of([&] { DataLoader(numbers, {.batch_size = 0}); }), HasSubstr("batch_size"));
  EXPECT_THAT(message_of([&] { DataLoader(numbers, {.workers = -1}); }), HasSubstr("workers"));
  EXPECT_THAT(message_of([&] { DataLoader(numbers, {.prefetch = 0}); }), HasSubstr("prefetch"));
  EXPECT_THAT(message_of([] { data::TensorDataset({zeros({2}), zeros({3})}); }), HasSubstr("tensor 1 has 3 rows"));
}

}  // namespace
}  // namespace sy
