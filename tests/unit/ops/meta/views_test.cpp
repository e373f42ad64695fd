// Shapes, strides and offsets of views, at the edges of what they take. Values are tested in
// tests/unit/ops/views_test.cpp.
#include <gtest/gtest.h>

#include <limits>

#include "../../message_of.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max(), kMin = std::numeric_limits<std::int64_t>::min();

/// "shape strides offset"
std::string text(const Tensor& t) {
  return str_cat(shape_str(t.shape()), " ", shape_str(t.strides()), " ", t.storage_offset());
}
Tensor grid() { return empty({4, 6}, kF32, Device("meta")); }

TEST(Slice, BoundsAreClampedAndCountFromTheEnd) {
  Tensor t = grid();
  EXPECT_EQ(text(t.slice(0, 1, 3)), "[2, 6] [6, 1] 6");
  EXPECT_EQ(text(t.slice(1, -2)), "[4, 2] [6, 1] 4");
  EXPECT_EQ(text(t.slice(0, kMin, kMax)), "[4, 6] [6, 1] 0");
  EXPECT_EQ(text(t.slice(0, 3, 1)), "[0, 6] [6, 1] 0") << "nothing starts nowhere";
  EXPECT_EQ(text(t.slice(0, 100)), "[0, 6] [6, 1] 0");
}

TEST(Slice, StepsRoundUp) {
  Tensor t = grid();
  EXPECT_EQ(text(t.slice(1, 0, 6, 4)), "[4, 2] [6, 4] 0");
  EXPECT_EQ(text(t.slice(1, 0, 5, 4)), "[4, 2] [6, 4] 0");
  EXPECT_EQ(text(t.slice(1, 0, 4, 4)), "[4, 1] [6, 1] 0");
  EXPECT_EQ(text(t.slice(1, 5, std::nullopt, kMax)), "[4, 1] [6, 1] 5");
  EXPECT_EQ(message_of([&] { t.slice(0, 0, 4, 0); }),
            "slice: argument step: expected a positive step, got 0; use flip to reverse");
}

TEST(Select, OutOfRange) {
  Tensor t = grid();
  EXPECT_EQ(text(t.select(0, -1)), "[6] [1] 18");
  EXPECT_EQ(message_of([&] { t.select(1, 6); }), "select: argument index: 6 is out of range for dimension 1 of size 6");
  EXPECT_EQ(code_of([&] { t.select(1, -7); }), ErrorCode::kOutOfRange);
  EXPECT_THROW(empty({}, kF32, Device("meta")).select(0, 0), Error);
}

TEST(Diagonal, EveryOffset) {
  Tensor t = grid();
  EXPECT_EQ(text(t.diagonal()), "[4] [7] 0");
  EXPECT_EQ(text(t.diagonal(3)), "[3] [7] 3");
  EXPECT_EQ(text(t.diagonal(-3)), "[1] [7] 18");
  EXPECT_EQ(text(t.diagonal(1, 1, 0)), "[3] [7] 6") << "of the transposed";
  for (std::int64_t offset : {std::int64_t{6}, std::int64_t{-4}, kMax, kMin + 1})
    EXPECT_EQ(text(t.diagonal(offset)), "[0] [7] 0") << offset;
  EXPECT_EQ(message_of([&] { t.diagonal(0, 1, -1); }),
            "diagonal: argument dim2: dim1 and dim2 must differ, both are 1");
}

TEST(Unfold, WindowsThatFit) {
  Tensor t = grid();
  EXPECT_EQ(text(t.unfold(1, 2, 3)), "[4, 2, 2] [6, 3, 1] 0");
  EXPECT_EQ(text(t.unfold(1, 6, 1)), "[4, 1, 6] [6, 1, 1] 0");
  EXPECT_EQ(t.unfold(1, 0, 1).shape().vec(), (std::vector<std::int64_t>{4, 7, 0}));
  EXPECT_EQ(message_of([&] { t.unfold(1, 7, 1); }), "unfold: argument size: expected 0 to 6, got 7");
  EXPECT_EQ(message_of([&] { t.unfold(1, 2, 0); }), "unfold: argument step: expected a positive step, got 0");
}

TEST(Expand, OnesStretchAndMinusOneKeeps) {
  Tensor t = empty({3, 1}, kF32, Device("meta"));
  EXPECT_EQ(text(t.expand({2, -1, 4})), "[2, 3, 4] [0, 1, 0] 0");
  EXPECT_EQ(text(t.expand({3, 0})), "[3, 0] [1, 0] 0");
  EXPECT_EQ(message_of([&] {
              t.expand({-1, 3, 4});
            }),
            "expand: argument size: cannot expand shape [3, 1] to [-1, 3, 4]");
  EXPECT_EQ(message_of([&] { t.expand({4, 1}); }), "expand: argument size: cannot expand shape [3, 1] to [4, 1]");
  EXPECT_EQ(message_of([&] { t.expand({3}); }),
            "expand: argument size: cannot expand shape [3, 1] to fewer dimensions, [3]");
}

TEST(AsStrided, StaysInsideTheStorage) {
  Tensor t = empty({12}, kF32);
  EXPECT_EQ(text(t.as_strided({3, 4}, {4, 1})), "[3, 4] [4, 1] 0");
  EXPECT_EQ(text(t.as_strided({4}, {-3}, 11)), "[4] [-3] 11");
  EXPECT_EQ(text(t.slice(0, 4).as_strided({12}, {1}, 0)), "[12] [1] 0") << "of the storage, not of the view";
  EXPECT_EQ(message_of([&] { t.as_strided({4}, {4}, 0); }),
            "as_strided: size [4], stride [4] and offset 0 reach outside the storage of 12 elements");
  EXPECT_THROW(t.as_strided({4}, {-4}, 11), Error);
  EXPECT_THROW(t.as_strided({1}, {1}, -1), Error);
  EXPECT_THROW(t.as_strided({2, 2}, {kMax, kMax}, 0), Error);
  EXPECT_THROW(t.as_strided({std::int64_t{1} << 40}, {std::int64_t{1} << 40}, 0), Error);
  EXPECT_EQ(message_of([&] {
              t.as_strided({4}, {1, 1});
            }),
            "as_strided: argument stride: expected 1 strides for size [4], got [1, 1]");
}

TEST(Squeeze, OnlyDimensionsOfOne) {
  Tensor t = empty({1, 3, 1}, kF32, Device("meta"));
  EXPECT_EQ(shape_str(t.squeeze().shape()), "[3]");
  EXPECT_EQ(shape_str(t.squeeze({1, -1}).shape()), "[1, 3]") << "three stays";
  EXPECT_EQ(message_of([&] { t.squeeze({0, -3}); }), "squeeze: argument dim: dims name dimension 0 twice in [0, -3]");
  EXPECT_EQ(text(t.unsqueeze(-1)), "[1, 3, 1, 1] [3, 1, 1, 1] 0");
  EXPECT_THROW(t.unsqueeze(4), Error);
}

TEST(Flip, StartsAtTheEnd) {
  Tensor t = grid();
  EXPECT_EQ(text(flip(t, {0, -1})), "[4, 6] [-6, -1] 23");
  EXPECT_EQ(text(flip(t.slice(0, 0, 0), 0)).substr(0, 6), "[0, 6]");
  EXPECT_THROW(flip(t, {1, 1}), Error);
}

TEST(Permute, NamesEachDimensionOnce) {
  Tensor t = grid();
  EXPECT_EQ(text(t.permute({-1, 0})), "[6, 4] [1, 6] 0");
  EXPECT_EQ(message_of([&] { t.permute({0}); }), "permute: argument dims: expected 2 dims for shape [4, 6], got [0]");
  EXPECT_EQ(message_of([&] { t.permute({0, -2}); }), "permute: argument dims: dims name dimension 0 twice in [0, -2]");
}

}  // namespace
}  // namespace sy
