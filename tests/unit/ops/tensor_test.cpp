#include "switchyard/ops/tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../autograd/values.h"
#include "../message_of.h"

namespace sy {
namespace {

using testing::ElementsAre;

TEST(Tensor, ItemConverts) {
  Tensor t = make({-2.75}, {1, 1});
  EXPECT_EQ(t.item<double>(), -2.75);
  EXPECT_EQ(t.item<int>(), -2);
  EXPECT_TRUE(t.item<bool>());
  EXPECT_TRUE(t.item().is_floating());
  EXPECT_EQ(make({300}, {1}, kI64).item<std::int64_t>(), 300);
  EXPECT_EQ(message_of([] { vec({1, 2}).item(); }), "item: expected a tensor of one element, got f64[2] on cpu:0");
}

TEST(Tensor, IteratesOverTheFirstDimension) {
  std::vector<double> sums;
  for (Tensor row : make({1, 2, 3, 4, 5, 6}, {3, 2})) sums.push_back(row.sum().item<double>());
  EXPECT_THAT(sums, ElementsAre(3, 7, 11));
  for (Tensor row : empty({0, 2})) FAIL() << row.dim();
  EXPECT_THROW(full({}, 1).end(), Error);
}

TEST(Tensor, LinspaceEndsWhereItIsTold) {
  EXPECT_THAT(values(linspace(0, 1, 5, kF64)), ElementsAre(0, 0.25, 0.5, 0.75, 1));
  EXPECT_THAT(values(linspace(2, -1, 3, kF64)), ElementsAre(2, 0.5, -1));
  EXPECT_THAT(values(linspace(3, 3, 3, kF64)), ElementsAre(3, 3, 3));
  EXPECT_EQ(linspace(1, 2, 0).numel(), 0);
  EXPECT_EQ(linspace(1, 2, 4, kBF16, Device("meta")).shape(), IntArray({4}));
  for (const double first : {0.1, -7.0, 1e9, 1e17}) {  // at the last one a step is less than first's last bit
    for (const std::int64_t steps : {2, 3, 49, 1000}) {
      const std::vector<double> v = values(linspace(first, first + 64, steps, kF64));
      ASSERT_EQ(v.size(), static_cast<std::size_t>(steps)) << first;
      EXPECT_EQ(v.front(), first);
      EXPECT_EQ(v.back(), first + 64);
    }
  }
}

TEST(Tensor, ToChangesNothingWhereNothingIsToChange) {
  Tensor t = vec({1});
  EXPECT_TRUE(t.to(kF64).same_as(t));
  EXPECT_TRUE(t.to(Device()).same_as(t));
  EXPECT_FALSE(t.to(kF32).same_as(t));
}

TEST(Tensor, PointwiseResultsAreLaidOutAsTheFirstOperandOfTheirShape) {
  for (const char* device : {"cpu", "meta"}) {
    Tensor t = empty({2, 3}, kF32, Device(device)).transpose(0, 1);
    EXPECT_EQ(shape_str((t + t).strides()), "[1, 3]") << device;
    EXPECT_EQ(shape_str((t + t.contiguous()).strides()), "[1, 3]") << device;
    EXPECT_EQ(shape_str((t.contiguous() + t).strides()), "[2, 1]") << device;
    EXPECT_EQ(shape_str(exp(t.slice(0, 0, 3, 2)).strides()), "[1, 2]") << device;
    EXPECT_EQ(shape_str((t * empty({2}, kF32, Device(device))).strides()), "[1, 3]") << device;
    EXPECT_EQ(shape_str(exp(empty({3}, kF32, Device(device)).expand({2, 3})).strides()), "[3, 1]") << device;
    EXPECT_EQ(shape_str(t.clone().strides()), "[2, 1]") << device << ": a clone is contiguous";
  }
}

TEST(Tensor, ListsMoveBetweenHandles) {
  Tensor a = vec({1}), undefined;
  std::vector<TensorBase> bases = as_bases({a, undefined});
  EXPECT_TRUE(bases[0].same_as(a));
  EXPECT_FALSE(bases[1].defined());
  EXPECT_TRUE(as_tensors(bases)[0].same_as(a));
}

TEST(Operators, NumbersOnEitherSide) {
  Tensor t = vec({1, 2, 3});
  EXPECT_THAT(values(10 - t), ElementsAre(9, 8, 7));
  EXPECT_THAT(values(6 / t), ElementsAre(6, 3, 2));
  EXPECT_THAT(values(t % 2), ElementsAre(1, 0, 1));
  EXPECT_THAT(values(2 > t), ElementsAre(1, 0, 0));
  EXPECT_THAT(values(2 == t), ElementsAre(0, 1, 0));
  EXPECT_THAT(values(-t), ElementsAre(-1, -2, -3));
  EXPECT_THAT(values(!(t > 2)), ElementsAre(1, 1, 0));
}

TEST(Operators, AssignmentsWriteInPlace) {
  Tensor t = vec({1, 2}), same = t;
  t += 1;
  t *= t;
  t -= 4;
  t /= 5;
  EXPECT_THAT(values(same), ElementsAre(0, 1));
  EXPECT_EQ(t.version(), 4u);
}

TEST(Operators, ArithmeticOnPlainNumbersKeepsIntsExact) {
  Scalar big(std::int64_t{1} << 60);
  EXPECT_EQ((big + Scalar(1)).to_int(), (std::int64_t{1} << 60) + 1);
  EXPECT_TRUE((Scalar(2) * Scalar(3)).is_integral());
  EXPECT_TRUE((Scalar(2) * Scalar(0.5)).is_floating());
  EXPECT_EQ((Scalar(1) / Scalar(2)).to_double(), 0.5);
  EXPECT_EQ((-Scalar(3)).to_int(), -3);
}

}  // namespace
}  // namespace sy
