// The rules; the whole table against PyTorch's is in tests/unit/ops.
#include "switchyard/dispatch/type_promotion.h"

#include <gtest/gtest.h>

#include "switchyard/core/copy.h"

namespace sy {
namespace {

TensorBase meta(Dtype dtype, IntArray shape) { return allocate_tensor(shape, dtype, Device("meta")); }

Dtype together(const std::vector<TensorBase>& operands) {
  PromotionState state;
  for (const TensorBase& t : operands) state.add(t);
  return state.result();
}

TEST(PromotionState, RanksWithinACategory) {
  EXPECT_EQ(together({meta(kF16, {2}), meta(kF64, {})}), kF16);
  EXPECT_EQ(together({meta(kF16, {}), number_tensor(0.5)}), kF16);
  EXPECT_EQ(together({number_tensor(1), meta(kU8, {2})}), kU8);
}

TEST(PromotionState, HigherCategoryWins) {
  EXPECT_EQ(together({meta(kI32, {2}), meta(kF64, {})}), kF64);
  EXPECT_EQ(together({meta(kI32, {2}), number_tensor(0.5)}), kF32);
  EXPECT_EQ(together({meta(kBool, {2}), number_tensor(3)}), kI64);
}

TEST(PromotionState, OrderDoesNotMatter) {
  EXPECT_EQ(together({number_tensor(0.5), meta(kI8, {}), meta(kU8, {3})}),
            together({meta(kU8, {3}), number_tensor(0.5), meta(kI8, {})}));
}

TEST(PromotionState, NumbersHaveTheDefaultDtype) {
  set_default_dtype(kF64);
  EXPECT_EQ(together({meta(kI32, {2}), number_tensor(0.5)}), kF64);
  set_default_dtype(kF32);
}

TEST(CanWrite, NotToALowerCategory) {
  EXPECT_TRUE(can_write(kF64, kF16));
  EXPECT_TRUE(can_write(kBool, kI8));
  EXPECT_FALSE(can_write(kF16, kI64));
  EXPECT_FALSE(can_write(kI8, kBool));
}

TEST(Category, RegisteredDtypesAreAboveAll) {
  Dtype d(static_cast<std::uint32_t>(register_dtype("category_test", {5, 64, 1})));
  EXPECT_EQ(category(d), 3);
  EXPECT_FALSE(can_write(d, kF64));
}

}  // namespace
}  // namespace sy
