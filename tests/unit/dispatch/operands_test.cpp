#include "switchyard/dispatch/operands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sy {
namespace {

TensorBase view(IntArray shape, IntArray strides) {
  return TensorBase(TensorImpl::make({}, Device("meta"), kF32, shape, strides, 0));
}

/// "shape | strides of each operand", for a result and arguments.
std::string merged(IntArray shape, const std::vector<TensorBase>& operands) {
  std::vector<const TensorBase*> pointers;
  for (const TensorBase& t : operands) pointers.push_back(&t);
  Iteration it = merge_dimensions(shape, pointers);
  std::string text = shape_str(it.shape);
  for (const Shape& s : it.strides) str_append(&text, " ", shape_str(s));
  return text;
}

TEST(BroadcastStrides, StretchedDimensionsStandStill) {
  EXPECT_EQ(shape_str(broadcast_strides(view({3}, {5}), {2, 3})), "[0, 5]");
  EXPECT_EQ(shape_str(broadcast_strides(view({2, 1}, {7, 9}), {2, 3})), "[7, 0]");
  EXPECT_EQ(shape_str(broadcast_strides(view({}, {}), {2, 3})), "[0, 0]");
  EXPECT_EQ(shape_str(broadcast_strides(view({2}, {-1}), {2})), "[-1]");
}

std::string dense_like(IntArray shape, IntArray strides) {
  Shape dense;
  return dense_strides_like(view(shape, strides), &dense) ? shape_str(dense) : "none";
}

TEST(DenseStridesLike, KeepsTheOrderOfDimensionsInMemory) {
  EXPECT_EQ(dense_like({2, 3, 4}, {12, 4, 1}), "[12, 4, 1]");
  EXPECT_EQ(dense_like({3, 2}, {1, 3}), "[1, 3]");
  EXPECT_EQ(dense_like({2, 3, 4}, {1, 8, 2}), "[1, 8, 2]");
}

TEST(DenseStridesLike, LeavesNoHoles) {
  EXPECT_EQ(dense_like({3, 2}, {2, 100}), "[1, 3]");
  EXPECT_EQ(dense_like({4}, {-2}), "[1]");
}

TEST(DenseStridesLike, OneIndexSaysNothingOfTheOrder) {
  EXPECT_EQ(dense_like({1, 3, 2}, {1, 2, 1}), "[6, 2, 1]");
  EXPECT_EQ(dense_like({}, {}), "[]");
}

TEST(DenseStridesLike, ExpandedTensorsHaveNoOrder) { EXPECT_EQ(dense_like({2, 3}, {0, 1}), "none"); }

TEST(MergeDimensions, ContiguousOperandsAreOneRun) {
  TensorBase t = view({2, 3, 4}, {12, 4, 1});
  EXPECT_EQ(merged({2, 3, 4}, {t, t, t}), "[24] [1] [1] [1]");
}

TEST(MergeDimensions, TransposedInTheSameWayAreOneRunToo) {
  TensorBase t = view({3, 2}, {1, 3});
  EXPECT_EQ(merged({3, 2}, {t, t}), "[6] [1] [1]");
}

TEST(MergeDimensions, OnlyWhatFitsEveryOperand) {
  TensorBase out = view({2, 3, 4}, {12, 4, 1});
  EXPECT_EQ(merged({2, 3, 4}, {out, view({4}, {1})}), "[6, 4] [4, 1] [0, 1]");
  EXPECT_EQ(merged({2, 3, 4}, {out, view({2, 1, 1}, {1, 1, 1})}), "[2, 12] [12, 1] [1, 0]");
  EXPECT_EQ(merged({2, 3, 4}, {out, view({2, 3, 4}, {1, 2, 6})}), "[2, 3, 4] [12, 4, 1] [1, 2, 6]");
}

TEST(MergeDimensions, OrderFollowsTheResult) {
  EXPECT_EQ(merged({2, 3}, {view({2, 3}, {1, 2}), view({2, 3}, {3, 1})}), "[3, 2] [2, 1] [1, 3]");
}

TEST(MergeDimensions, NegativeStridesMergeAsTheyAre) {
  EXPECT_EQ(merged({2, 3}, {view({2, 3}, {-3, -1}), view({2, 3}, {3, 1})}), "[6] [-1] [1]");
}

TEST(MergeDimensions, OnesVanishAndAPointIsNothing) {
  EXPECT_EQ(merged({1, 4, 1}, {view({1, 4, 1}, {9, 1, 9})}), "[4] [1]");
  EXPECT_EQ(merged({}, {view({}, {})}), "[] []");
  EXPECT_EQ(merged({1, 1}, {view({1, 1}, {1, 1})}), "[] []");
}

}  // namespace
}  // namespace sy
