#include "loops/reduce.h"

#include <gtest/gtest.h>

#include "arrays.h"

namespace sy::cpu {
namespace {

/// A sum that is sensitive to order only by rounding: floats into doubles.
const Fold kSum = {
    [](const void* x, std::int64_t n, void* acc, const void* shift) {
      const float* v = static_cast<const float*>(x);
      float s = shift != nullptr ? *static_cast<const float*>(shift) : 0;
      for (std::int64_t i = 0; i < n; ++i) *static_cast<double*>(acc) += v[i] - s;
    },
    [](const void* const* x, int rows, std::int64_t n, void* acc, const void* shift) {
      const float* s = static_cast<const float*>(shift);
      for (int r = 0; r < rows; ++r) {
        const float* v = static_cast<const float*>(x[r]);
        for (std::int64_t i = 0; i < n; ++i) static_cast<double*>(acc)[i] += v[i] - (s != nullptr ? s[i] : 0);
      }
    },
    [](const void* from, std::int64_t n, void* acc) {
      for (std::int64_t i = 0; i < n; ++i) static_cast<double*>(acc)[i] += static_cast<const double*>(from)[i];
    },
    [](void* acc, std::int64_t n) { std::fill_n(static_cast<double*>(acc), n, 0.0); },
    sizeof(double),
    sizeof(float),
};

using Sizes = std::vector<std::int64_t>;

/// One sum per kept element, by loops.
template <class T, class Value>
std::vector<double> naive(Array<T>& a, DimSet dims, const Value& value) {
  std::size_t kept = 1;
  for (std::size_t d = 0; d < a.shape.size(); ++d) {
    if ((dims >> d & 1) == 0) kept *= static_cast<std::size_t>(a.shape[d]);
  }
  std::vector<double> sums(kept, 0.0);
  for (std::int64_t i = 0; i < a.count(); ++i) {
    std::int64_t rest = i, at = 0, step = 1;
    for (std::size_t d = a.shape.size(); d-- > 0; rest /= a.shape[d]) {
      if ((dims >> d & 1) != 0) continue;
      at += rest % a.shape[d] * step;
      step *= a.shape[d];
    }
    sums[static_cast<std::size_t>(at)] += value(a[i]);
  }
  return sums;
}

std::vector<double> reduced(Array<float>& a, DimSet dims, const float* param = nullptr) {
  TestCall call;
  std::vector<double> acc(naive(a, dims, [](float v) { return v; }).size(), -1);
  reduce(call, a.tensor(), dims, kSum, acc.data(), param);
  return acc;
}

TEST(Reduce, EveryDimSetOfEveryLayout) {
  const Sizes shape = {5, 7, 40};
  for (const Sizes& strides :
       {Sizes{280, 40, 1}, Sizes{1, 5, 35}, Sizes{-280, 40, -1}, Sizes{560, 80, 2}, Sizes{0, 40, 1}, Sizes{1, 0, 5}}) {
    Array<float> a(shape, strides);
    a.fill([](std::int64_t i) { return i % 17 - 5; });
    for (DimSet dims = 0; dims < 8; ++dims) {
      EXPECT_EQ(reduced(a, dims), naive(a, dims, [](float v) { return v; }))
          << ::testing::PrintToString(strides) << " dims " << dims;
    }
  }
}

TEST(Reduce, NothingAlongADimIsTheIdentity) {
  Array<float> a({3, 0});
  EXPECT_EQ(reduced(a, 2), std::vector<double>(3, 0.0));
  EXPECT_EQ(reduced(a, 1).size(), 0u);
}

TEST(Reduce, AZeroDimensionalTensor) {
  Array<float> a({}, {});
  a[0] = 4;
  EXPECT_EQ(reduced(a, 0), std::vector<double>{4});
}

TEST(Reduce, Halves) {
  for (const Sizes& strides : {Sizes{50, 1}, Sizes{1, 30}, Sizes{100, -2}}) {
    Array<std::uint16_t> a({30, 50}, strides);
    a.fill([](std::int64_t i) { return sdk::bf16(static_cast<float>(i % 9)).bits; });
    for (DimSet dims : {1u, 2u, 3u}) {
      std::vector<double> want =
          naive(a, dims, [](std::uint16_t b) { return static_cast<float>(sdk::bf16::from_bits(b)); });
      std::vector<double> acc(want.size());
      reduce(TestCall(), a.tensor(SY_BF16), dims, kSum, acc.data());
      EXPECT_EQ(acc, want) << dims;
    }
  }
}

TEST(Reduce, AValuePerAccumulator) {
  Array<float> a({4, 300});
  a.fill([](std::int64_t i) { return i / 300 * 10 + 1; });
  const float rows[] = {0, 10, 20, 30};
  EXPECT_EQ(reduced(a, 2, rows), std::vector<double>(4, 300.0));
  std::vector<float> columns(300, 1);
  EXPECT_EQ(reduced(a, 1, columns.data())[7], 60);
}

// The bits of a sum depend on shape and strides alone.
TEST(Reduce, ThreadsDoNotChangeTheBits) {
  Array<float> a({3, 200000}), wide({400, 700}, {1, 400});
  a.fill([](std::int64_t i) { return 1.0 / static_cast<double>(i + 1); });
  wide.fill([](std::int64_t i) { return 1.0 / static_cast<double>(i + 1); });
  set_num_threads(1);
  std::vector<double> one = reduced(a, 2), one_wide = reduced(wide, 1);
  for (int threads : {2, 3, 5}) {
    set_num_threads(threads);
    EXPECT_EQ(reduced(a, 2), one);
    EXPECT_EQ(reduced(wide, 1), one_wide);
  }
  set_num_threads(1);
  EXPECT_NEAR(one[0], 12.7833, 1e-3);  // the harmonic number of 200,000
}

TEST(DimSets, AbsentIsAllAndNegativeCountsFromTheEnd) {
  EXPECT_EQ(dim_set(std::nullopt, 3), 7u);
  EXPECT_EQ(dim_set(sdk::Ints(nullptr, 0), 3), 7u);
  const std::int64_t dims[] = {0, -1};
  EXPECT_EQ(dim_set(sdk::Ints(dims, 2), 3), 5u);
  EXPECT_EQ(dim_set(std::nullopt, 0), 0u);
  EXPECT_EQ(dim_set(std::nullopt, 32), 0xffffffffu);
  EXPECT_THROW(dim_set(std::nullopt, 33), sdk::Error);
  Array<float> a({2, 3, 4});
  EXPECT_EQ(reduced_count(a.tensor(), 5), 8);
  EXPECT_EQ(reduced_count(a.tensor(), 0), 1);
}

TEST(FoldTable, DtypesWithoutAnEntryAreNamed) {
  FoldTable table;
  table.fold[SY_F32] = kSum;
  EXPECT_EQ(table.at(SY_F32).acc_bytes, 8u);
  try {
    table.at(SY_I8);
    FAIL() << "expected an error";
  } catch (const sdk::Error& e) {
    EXPECT_STREQ(e.what(), "the cpu kernel does not take i8");
  }
  EXPECT_THROW(table.at(99), sdk::Error);
}

TEST(StoreAccumulators, IntoAnyLayout) {
  Array<double> out({2, 3}, {1, 2});
  const double acc[] = {0, 1, 2, 3, 4, 5};
  store_accumulators(acc, SY_F64, out.tensor(), move_row(8));
  for (int i = 0; i < 6; ++i) EXPECT_EQ(out[i], i);
}

}  // namespace
}  // namespace sy::cpu
