#include "loops/transpose.h"

#include <gtest/gtest.h>

#include "arrays.h"
#include "loops/parallel.h"
#include "loops/pointwise.h"

namespace sy::cpu {
namespace {

using Sizes = std::vector<std::int64_t>;

template <class T>
void expect_copied(const Sizes& shape, const Sizes& from_strides, const Sizes& to_strides, bool by_tiles) {
  Array<T> from(shape, from_strides), to(shape, to_strides);
  from.fill([](std::int64_t i) { return i % 113; });
  Operand operands[] = {from.operand(), to.operand()};
  Grid grid;
  build_grid(grid, operands, 2);
  EXPECT_EQ(copy_transposed(grid), by_tiles);
  copy_elements(operands[0], operands[1]);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < from.count(); ++i) wrong += to[i] != from[i];
  EXPECT_EQ(wrong, 0) << sizeof(T) << " bytes";
  EXPECT_EQ(to.memory.front(), T(77));
  EXPECT_EQ(to.memory.back(), T(77));
}

template <class T>
void expect_all() {
  // The last two dimensions swapped, with tails in both; batches apart; the target stepped over; a dimension before.
  expect_copied<T>({3, 37, 21}, {37 * 21, 1, 37}, {37 * 21, 21, 1}, true);
  expect_copied<T>({3, 16, 24}, {1000, 1, 16}, {24 * 40, 40, 1}, true);
  expect_copied<T>({40, 3, 33}, {1, 40 * 33, 40}, {99, 33, 1}, true);
  // Channels last to channels first, and back.
  expect_copied<T>({2, 9, 10, 11}, {990, 1, 99, 9}, {990, 110, 11, 1}, true);
  expect_copied<T>({2, 9, 10, 11}, {990, 110, 11, 1}, {990, 1, 99, 9}, true);
  // Nothing to gain.
  expect_copied<T>({64, 64}, {64, 1}, {64, 1}, false);
  expect_copied<T>({64, 64}, {2, 128}, {64, 1}, false);
  expect_copied<T>({4, 300}, {1, 4}, {300, 1}, false);
  expect_copied<T>({64, 64}, {-1, 64}, {64, 1}, false);
}

TEST(Transpose, AllSizesOfElements) {
  expect_all<std::uint8_t>();
  expect_all<std::int16_t>();
  expect_all<float>();
  expect_all<double>();
}

TEST(Transpose, OnSeveralThreads) {
  set_num_threads(3);
  expect_copied<float>({1001, 997}, {1, 1001}, {997, 1}, true);
  set_num_threads(1);
}

}  // namespace
}  // namespace sy::cpu
