#include "loops/gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "arrays.h"

namespace sy::cpu {
namespace {

template <class T>
Matrices of(Array<T>& t) {
  return {reinterpret_cast<char*>(t.data()), t.shape[1], t.shape[2], t.strides[0], t.strides[1], t.strides[2]};
}
sdk::Scalar number(double v) { return sdk::Scalar(sy_scalar{SY_SCALAR_FLOAT, 0, static_cast<std::int64_t>(v), v}); }

/// Multiplies matrices of small integers, which every type holds exactly, and counts the elements that are wrong.
template <class T>
std::int64_t wrong(std::int64_t batch, std::int64_t n, std::int64_t k, std::int64_t m, bool turned, double alpha,
                   double beta) {
  using Steps = std::vector<std::int64_t>;
  Array<T> a({batch, n, k}, turned ? Steps{n * k, 1, n} : Steps{n * k * 2, 2 * k, 2});
  Array<T> b({batch, k, m}, turned ? Steps{0, -m, 1} : Steps{k * m, m, 1});
  Array<T> c({batch, n, m}, turned ? Steps{n * m, 1, n} : Steps{n * m, m, 1});
  a.fill([](std::int64_t i) { return i % 5; });
  b.fill([](std::int64_t i) { return i % 3; });
  c.fill([](std::int64_t i) { return i % 4; });
  std::vector<double> want;
  for (std::int64_t at = 0; at < batch * n * m; ++at) {
    std::int64_t s = at / (n * m), i = at / m % n, j = at % m;
    double sum = 0;
    for (std::int64_t x = 0; x < k; ++x)
      sum += static_cast<double>(a[(s * n + i) * k + x]) * static_cast<double>(b[(s * k + x) * m + j]);
    want.push_back(alpha * sum + (beta != 0 ? beta * static_cast<double>(c[at]) : 0));
  }
  TestCall call;
  gemm(call, sdk::kDtypeId<T>, batch, of(a), of(b), of(c), number(alpha), number(beta));
  std::int64_t count = 0;
  for (std::int64_t at = 0; at < batch * n * m; ++at)
    count += static_cast<double>(c[at]) != want[static_cast<std::size_t>(at)];
  return count;
}

const std::int64_t kSizes[][3] = {{1, 1, 1},    {2, 3, 4}, {17, 5, 33}, {8, 300, 9},
                                  {70, 64, 65}, {3, 0, 2}, {0, 4, 4},   {4, 4, 0}};

TEST(Gemm, SizesLayoutsAndFactors) {
  for (auto [n, k, m] : kSizes) {
    for (bool turned : {false, true}) {
      for (double beta : {0.0, 2.0}) {
        EXPECT_EQ(wrong<float>(2, n, k, m, turned, 3, beta), 0)
            << n << " " << k << " " << m << " " << turned << " " << beta;
        EXPECT_EQ(wrong<double>(2, n, k, m, turned, 3, beta), 0)
            << n << " " << k << " " << m << " " << turned << " " << beta;
        EXPECT_EQ(wrong<std::int32_t>(2, n, k, m, turned, 3, beta), 0)
            << n << " " << k << " " << m << " " << turned << " " << beta;
      }
    }
  }
  EXPECT_EQ(wrong<std::int64_t>(3, 7, 9, 11, true, 1, 0), 0);
}

TEST(Gemm, IntegersWrap) {
  Array<std::uint8_t> a({1, 1, 2}), b({1, 2, 1}), c({1, 1, 1});
  a.fill([](std::int64_t) { return 200; });
  b.fill([](std::int64_t) { return 3; });
  gemm(TestCall(), SY_U8, 1, of(a), of(b), of(c), number(1), number(0));
  EXPECT_EQ(c[0], static_cast<std::uint8_t>(1200));
}

TEST(Gemm, BetaOfZeroIgnoresWhatIsThere) {
  Array<double> a({1, 2, 2}), b({1, 2, 2}), c({1, 2, 2});
  a.fill([](std::int64_t) { return 1; });
  b.fill([](std::int64_t) { return 1; });
  c.fill([](std::int64_t) { return std::numeric_limits<double>::quiet_NaN(); });
  gemm(TestCall(), SY_F64, 1, of(a), of(b), of(c), number(1), number(0));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(c[i], 2);
}

TEST(Gemm, NanTimesZeroIsNan) {
  Array<float> a({1, 1, 2}), b({1, 2, 1}), c({1, 1, 1});
  a[0] = std::nanf("");
  a[1] = 1;
  b.fill([](std::int64_t) { return 0; });
  gemm(TestCall(), SY_F32, 1, of(a), of(b), of(c), number(1), number(0));
  EXPECT_TRUE(std::isnan(c[0]));
}

}  // namespace
}  // namespace sy::cpu
