#include "switchyard/ops/view_geometry.h"

#include <gtest/gtest.h>

#include "../message_of.h"

namespace sy {
namespace {

std::string inferred(IntArray size, std::int64_t numel) {
  Shape out;
  absl::Status status = infer_size(size, numel, &out);
  return status.ok() ? shape_str(out) : std::string(status.message());
}

TEST(InferSize, OneUnknown) {
  EXPECT_EQ(inferred({2, -1}, 6), "[2, 3]");
  EXPECT_EQ(inferred({-1}, 0), "[0]");
  EXPECT_EQ(inferred({6}, 6), "[6]");
  EXPECT_EQ(inferred(IntArray(), 1), "[]");
  EXPECT_EQ(inferred({3, 0}, 0), "[3, 0]");
}

TEST(InferSize, Mistakes) {
  EXPECT_EQ(inferred({-1, -1}, 6), "argument size: only one size may be -1, got [-1, -1]");
  EXPECT_EQ(inferred({-2, 3}, 6), "argument size: negative size in [-2, 3]");
  EXPECT_EQ(inferred({4, -1}, 6), "argument size: [4, -1] does not fit 6 elements");
  EXPECT_EQ(inferred({0, -1}, 0), "argument size: [0, -1] does not fit 0 elements") << "any number would do";
  EXPECT_EQ(inferred({2, 2}, 6), "argument size: [2, 2] has 4 elements, the tensor has 6");
  std::int64_t big = std::int64_t{1} << 40;
  EXPECT_EQ(inferred({big, big}, 6), "argument size: too many elements in [1099511627776, 1099511627776]");
}

std::string strides_as(IntArray shape, IntArray strides, IntArray wanted) {
  TensorBase t(TensorImpl::make({}, Device("meta"), kF32, shape, strides, 0));
  Shape out;
  return view_strides(t, wanted, &out) ? shape_str(out) : "a copy";
}

TEST(ViewStrides, DenseTensorsSplitAndJoin) {
  EXPECT_EQ(strides_as({6}, {1}, {2, 3}), "[3, 1]");
  EXPECT_EQ(strides_as({2, 3, 4}, {12, 4, 1}, {6, 4}), "[4, 1]");
  EXPECT_EQ(strides_as({2, 3, 4}, {12, 4, 1}, {4, 6}), "[6, 1]");
  EXPECT_EQ(strides_as({2, 3}, {3, 1}, {1, 6, 1}), "[6, 1, 1]");
}

TEST(ViewStrides, SteppedDimensionsKeepTheirStep) {
  EXPECT_EQ(strides_as({6}, {2}, {2, 3}), "[6, 2]");
  EXPECT_EQ(strides_as({6}, {-1}, {2, 3}), "[-3, -1]");
  EXPECT_EQ(strides_as({2, 3}, {12, 4}, {6}), "[4]");
}

TEST(ViewStrides, RunsThatDoNotJoin) {
  EXPECT_EQ(strides_as({2, 3}, {1, 2}, {6}), "a copy");
  EXPECT_EQ(strides_as({2, 3}, {4, 1}, {3, 2}), "a copy");
  EXPECT_EQ(strides_as({2, 4}, {9, 1}, {2, 2, 2}), "[9, 2, 1]") << "but each may split";
  EXPECT_EQ(strides_as({3, 2}, {0, 1}, {6}), "a copy");
  EXPECT_EQ(strides_as({3, 2}, {0, 1}, {3, 1, 2}).substr(0, 2), "[0");
}

TEST(ViewStrides, OnesGoAnywhere) {
  EXPECT_EQ(strides_as({1, 3}, {77, 1}, {3}), "[1]");
  EXPECT_EQ(strides_as({}, {}, {1, 1}), "[1, 1]");
  EXPECT_EQ(strides_as({1, 1}, {5, 9}, IntArray()), "[]");
}

TEST(ViewStrides, NoElementsFitAnyShape) { EXPECT_EQ(strides_as({0, 3}, {7, 7}, {2, 0, 5}), "[5, 5, 1]"); }

}  // namespace
}  // namespace sy
