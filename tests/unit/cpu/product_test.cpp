// Matrix products beyond the sizes of our own loops, where libraries do them, in every layout.
#include "loops/product.h"

#include <gtest/gtest.h>

#include <limits>

#include "arrays.h"

namespace sy::cpu {
namespace {

using Steps = std::vector<std::int64_t>;

template <class T>
Matrices of(Array<T>& t) {
  return {reinterpret_cast<char*>(t.data()), t.shape[1], t.shape[2], t.strides[0], t.strides[1], t.strides[2]};
}

/// By rows, by columns, every other element, one matrix for all of the batch.
std::vector<Steps> layouts(std::int64_t rows, std::int64_t cols, bool writable) {
  std::vector<Steps> all = {{rows * cols, cols, 1}, {rows * cols, 1, rows}, {rows * cols * 2, 2 * cols, 2}};
  if (!writable) all.push_back({0, cols, 1});
  return all;
}

/// Small integers, which every type holds exactly.
template <class T>
void expect_exact(std::int64_t batch, std::int64_t n, std::int64_t k, std::int64_t m, double beta, bool with_bias) {
  for (const Steps& in_a : layouts(n, k, false)) {
    for (const Steps& in_b : layouts(k, m, false)) {
      for (const Steps& in_c : layouts(n, m, true)) {
        Array<T> a({batch, n, k}, in_a), b({batch, k, m}, in_b), c({batch, n, m}, in_c), bias({m}, {2});
        a.fill([](std::int64_t i) { return i % 5 - 2; });
        b.fill([](std::int64_t i) { return i % 3 - 1; });
        c.fill([&](std::int64_t i) { return beta == 0 ? std::numeric_limits<T>::quiet_NaN() : T(i % 4); });
        bias.fill([](std::int64_t i) { return i % 7; });
        std::vector<double> want;
        for (std::int64_t at = 0; at < batch * n * m; ++at) {
          std::int64_t s = at / (n * m), i = at / m % n, j = at % m;
          double sum = 0;
          for (std::int64_t x = 0; x < k; ++x)
            sum += static_cast<double>(a[(s * n + i) * k + x]) * static_cast<double>(b[(s * k + x) * m + j]);
          want.push_back((with_bias ? 1 : 3) * sum + (beta != 0 ? beta * static_cast<double>(c[at]) : 0) +
                         (with_bias ? static_cast<double>(bias[j]) : 0));
        }
        Operand row = bias.operand();
        Product product{.dtype = sdk::kDtypeId<T>, .batch = batch, .a = of(a), .b = of(b), .c = of(c)};
        product.beta = number(beta);
        if (with_bias) {
          product.bias = &row;
        } else {
          product.alpha = number(3);
        }
        TestCall call;
        product.run(call);
        std::int64_t wrong = 0;
        for (std::int64_t at = 0; at < batch * n * m; ++at)
          wrong += static_cast<double>(c[at]) != want[static_cast<std::size_t>(at)];
        EXPECT_EQ(wrong, 0) << batch << " times " << n << " x " << k << " x " << m << ", strides of a " << in_a[1]
                            << " " << in_a[2] << ", b " << in_b[1] << " " << in_b[2] << ", c " << in_c[1] << " "
                            << in_c[2];
      }
    }
  }
}

TEST(Product, LargeOnesOfBothWidths) {
  for (double beta : {0.0, 2.0}) {
    expect_exact<double>(1, 70, 66, 67, beta, false);
    expect_exact<double>(3, 1, 300, 301, beta, false);
    expect_exact<double>(2, 300, 301, 1, beta, false);
    expect_exact<float>(1, 70, 66, 67, beta, false);
    expect_exact<float>(2, 41, 90, 53, beta, false);
  }
}

TEST(Product, LargeOnesWithABias) {
  expect_exact<double>(1, 70, 66, 67, 0, true);
  expect_exact<float>(1, 70, 66, 67, 0, true);
}

TEST(Product, LongSumsOfFewElementsKeepTheirPrecision) {
  constexpr std::int64_t kLong = 200000;
  Array<float> a({1, 1, kLong}), b({1, kLong, 1}), c({1, 1, 1});
  for (std::int64_t i = 0; i < kLong; ++i) a[i] = b[i] = 0.01f;
  TestCall call;
  Product{.dtype = SY_F32, .a = of(a), .b = of(b), .c = of(c)}.run(call);
  EXPECT_NEAR(c[0], 20, 1e-3);
}

TEST(Product, SmallOnesAroundATile) {
  for (std::int64_t n : {1, 3, 4, 7, 8, 9, 17}) {
    for (std::int64_t m : {1, 7, 8, 15, 16, 33, 48}) {
      expect_exact<float>(2, n, 5, m, 0, false);
      expect_exact<double>(1, n, 3, m, 2, false);
    }
  }
}

}  // namespace
}  // namespace sy::cpu
