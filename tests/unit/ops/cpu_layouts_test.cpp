// Kernels of the cpu plugin that walk along a transposed operand: the same numbers as on a contiguous copy.
#include <gtest/gtest.h>

#include "../autograd/values.h"

namespace sy {
namespace {

TEST(CpuLayouts, TransposedIsAsContiguous) {
  for (Dtype dtype : {kF64, kF32, kBF16}) {
    for (auto [rows, columns] : {std::pair<std::int64_t, std::int64_t>{5, 9}, {16, 32}, {50, 37}, {403, 130}}) {
      Tensor turned = randint(-64, 64, {columns, rows}).to(dtype).transpose(0, 1), plain = turned.clone();
      Tensor some = randint(0, rows, {rows / 2}), often = randint(0, rows, {3 * rows});
      ASSERT_TRUE(plain.is_contiguous());
      std::string what = str_cat(dtype.name(), " ", rows, " x ", columns);
      EXPECT_EQ(values(turned), values(plain)) << what;
      for (const Tensor& picks : {some, often, often.to(kI32)}) {
        EXPECT_EQ(values(index_select(turned, 0, picks)), values(index_select(plain, 0, picks))) << what;
        EXPECT_EQ(values(embedding(turned, picks)), values(embedding(plain, picks))) << what;
      }
      Tensor across = randint(0, columns, {2 * columns});
      EXPECT_EQ(values(index_select(turned, 1, across)), values(index_select(plain, 1, across))) << what;
      Tensor half = slice(turned, 0, 0, rows, 2), narrow = slice(plain, 1, 1, columns);
      Tensor of_half = randint(0, half.size(0), {half.size(0)});
      EXPECT_EQ(values(index_select(half, 0, of_half)), values(index_select(half.clone(), 0, of_half))) << what;
      EXPECT_EQ(values(embedding(narrow, often)), values(embedding(narrow.clone(), often))) << what;
      for (std::int64_t dim : {0, 1}) EXPECT_EQ(values(cumsum(turned, dim)), values(cumsum(plain, dim))) << what;
    }
  }
}

}  // namespace
}  // namespace sy
