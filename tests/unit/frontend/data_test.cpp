// Samplers, datasets and the loader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "helpers.h"
#include "switchyard/switchyard.h"

namespace sy::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Batch = std::vector<int>;

/// 0 .. n-1, counting how many were made; example `bad` throws.
class Counting : public Dataset<int> {
 public:
  explicit Counting(std::size_t n, int bad = -1) : n_(n), bad_(bad) {}
  std::size_t size() const override { return n_; }
  int get(std::size_t index) const override {
    ++made;
    // Later examples come sooner, so that workers finish out of order.
    std::this_thread::sleep_for(std::chrono::microseconds(index % 3 == 0 ? 300 : 10));
    if (static_cast<int>(index) == bad_) throw std::runtime_error("example " + std::to_string(index));
    return static_cast<int>(index);
  }
  mutable std::atomic<int> made{0};

 private:
  std::size_t n_;
  int bad_;
};

using Loader = DataLoader<int, Batch>;
Batch as_is(const std::vector<int>& examples) { return examples; }

std::vector<Batch> all_batches(Loader& loader) {
  std::vector<Batch> out;
  for (Batch& b : loader) out.push_back(b);
  return out;
}

TEST(Sampler, RandomOrderIsAPermutationOfSeedAndEpoch) {
  std::vector<std::size_t> order = random_order(1000, 3, 0), sorted = order;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, sequential_order(1000));
  EXPECT_EQ(order, random_order(1000, 3, 0));
  EXPECT_NE(order, random_order(1000, 3, 1));
  EXPECT_NE(order, random_order(1000, 4, 0));
  EXPECT_TRUE(random_order(0, 1, 1).empty());
  // Every element takes every place about equally often.
  std::vector<int> first(5);
  for (std::uint64_t seed = 0; seed < 5000; ++seed) ++first[random_order(5, seed, 0)[0]];
  for (int count : first) EXPECT_NEAR(count, 1000, 150);
}

TEST(Sampler, Batches) {
  EXPECT_THAT(batches(sequential_order(5), 2, false), ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
  EXPECT_THAT(batches(sequential_order(5), 2, true), ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3)));
  EXPECT_TRUE(batches({}, 2, false).empty());
  EXPECT_THAT(message_of([] { batches({0}, 0, false); }), HasSubstr("batch size is 0"));
}

TEST(DataLoader, OrderDoesNotDependOnWorkers) {
  std::vector<std::vector<Batch>> runs;
  for (std::size_t workers : {0, 1, 3, 8}) {
    Loader loader(std::make_shared<Counting>(50), as_is, {.batch_size = 4, .shuffle = true, .seed = 9, .workers = workers});
    EXPECT_EQ(loader.size(), 13u);
    runs.push_back(all_batches(loader));
    loader.start_epoch(1);
    runs.push_back(all_batches(loader));
  }
  EXPECT_EQ(runs[0].size(), 13u);
  EXPECT_EQ(runs[0].back().size(), 2u);
  EXPECT_NE(runs[0], runs[1]);
  for (std::size_t i = 2; i < runs.size(); ++i) EXPECT_EQ(runs[i], runs[i % 2]);
}

TEST(DataLoader, EndOfEpochAndDropLast) {
  for (std::size_t workers : {0, 2}) {
    Loader loader(std::make_shared<Counting>(5), as_is, {.batch_size = 2, .workers = workers, .drop_last = true});
    EXPECT_THAT(all_batches(loader), ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3)));
    EXPECT_FALSE(loader.next().has_value());
    EXPECT_FALSE(loader.next().has_value());
    loader.start_epoch(1);
    EXPECT_THAT(*loader.next(), ElementsAre(0, 1));
  }
  Loader none(std::make_shared<Counting>(0), as_is, {.workers = 2});
  EXPECT_FALSE(none.next().has_value());
}

TEST(DataLoader, ExceptionsReachTheCallerAtTheirBatch) {
  for (std::size_t workers : {0, 1, 4}) {
    Loader loader(std::make_shared<Counting>(12, 5), as_is, {.batch_size = 2, .workers = workers});
    EXPECT_THAT(*loader.next(), ElementsAre(0, 1));
    EXPECT_THAT(*loader.next(), ElementsAre(2, 3));
    try {
      loader.next();
      ADD_FAILURE() << "no exception";
    } catch (const std::runtime_error& e) {
      EXPECT_STREQ(e.what(), "example 5");
    }
    EXPECT_THAT(*loader.next(), ElementsAre(6, 7));  // and the loader goes on
  }
  auto refuse = [](const std::vector<int>&) -> Batch { fail(ErrorCode::kInvalidArgument, "collate refused"); };
  Loader loader(std::make_shared<Counting>(2), refuse, {.workers = 1});
  EXPECT_EQ(message_of([&] { loader.next(); }), "collate refused");
}

TEST(DataLoader, DestructionMidEpochStopsTheWorkers) {
  for (int round = 0; round < 20; ++round) {
    auto dataset = std::make_shared<Counting>(10000);
    {
      Loader loader(dataset, as_is, {.batch_size = 1, .workers = 3});
      for (int i = 0; i < round; ++i) loader.next();
    }
    EXPECT_LT(dataset->made, 100);
    EXPECT_EQ(dataset.use_count(), 1);
  }
}

TEST(DataLoader, PrefetchIsBounded) {
  auto dataset = std::make_shared<Counting>(1000);
  Loader loader(dataset, as_is, {.batch_size = 1, .workers = 2, .prefetch = 3});
  for (int wait = 0; wait < 2000 && dataset->made < 6; ++wait) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(dataset->made, 6);
  loader.next();
  for (int wait = 0; wait < 2000 && dataset->made < 7; ++wait) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(dataset->made, 7);
}

TEST(DataLoader, Errors) {
  auto dataset = std::make_shared<Counting>(4);
  EXPECT_THAT(message_of([&] { Loader(nullptr, as_is, {}); }), HasSubstr("no dataset"));
  EXPECT_THAT(message_of([&] { Loader(dataset, as_is, {.batch_size = 0}); }), HasSubstr("batch size is 0"));
  EXPECT_THAT(message_of([&] { Loader(dataset, as_is, {.prefetch = 0}); }), HasSubstr("prefetch"));
  EXPECT_THAT(message_of([] { TensorDataset({}); }), HasSubstr("no tensors"));
  EXPECT_THAT(message_of([] { TensorDataset({ones({2}), ones({3})}); }), HasSubstr("first sizes differ"));
  EXPECT_THAT(message_of([] { TensorDataset({tensor(1.f)}); }), HasSubstr("first sizes differ"));
}

TEST(DataLoader, TensorsAreStackedByColumn) {
  Tensor x = arange(0, 10).reshape({5, 2}), y = arange(0, 5);
  for (std::size_t workers : {0, 2}) {
    auto loader = make_loader({x, y}, {.batch_size = 2, .workers = workers});
    std::vector<Tensor> batch = *loader->next();
    EXPECT_EQ(batch[0].shape().vec(), (std::vector<std::int64_t>{2, 2}));
    batch = *loader->next();
    EXPECT_THAT(to_vector<int>(batch[0]), ElementsAre(4, 5, 6, 7));
    EXPECT_THAT(to_vector<int>(batch[1]), ElementsAre(2, 3));
    EXPECT_THAT(to_vector<int>((*loader->next())[1]), ElementsAre(4));
  }
}

}  // namespace
}  // namespace sy::data
