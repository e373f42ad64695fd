// Tensors as text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "switchyard/switchyard.h"

namespace sy {
namespace {

using testing::HasSubstr;

TEST(Print, ZeroDimensional) {
  EXPECT_EQ(tensor(1.5f).str(), "tensor(1.5, dtype=f32)");
  EXPECT_EQ(tensor(-3).str(), "tensor(-3, dtype=i32)");
  EXPECT_EQ(tensor(true).str(), "tensor(true, dtype=bool)");
  EXPECT_EQ(tensor(2.0).str(), "tensor(2., dtype=f64)");
}

TEST(Print, EmptyAndUndefined) {
  EXPECT_EQ(zeros({0, 3}).str(), "tensor([], shape=[0, 3], dtype=f32)");
  EXPECT_EQ(Tensor().str(), "tensor(undefined)");
}

TEST(Print, OneDimension) {
  EXPECT_EQ(tensor({1.f, 2.f, 3.f}).str(), "tensor([1., 2., 3.], dtype=f32)");
  EXPECT_EQ(tensor({1, 20, -300}).str(), "tensor([   1,   20, -300], dtype=i32)");
  EXPECT_EQ(tensor({true, false}).str(), "tensor([ true, false], dtype=bool)");
}

TEST(Print, DigitsAsNeededUpToFour) {
  EXPECT_EQ(tensor({1.5, -2.25}).str(), "tensor([ 1.5 , -2.25], dtype=f64)");
  EXPECT_EQ(tensor({1. / 3, 2.}).str(), "tensor([0.3333, 2.    ], dtype=f64)");
}

TEST(Print, TwoAndThreeDimensions) {
  EXPECT_EQ(tensor({{1, 2}, {3, 4}}).str(),
            "tensor([[1, 2],\n"
            "        [3, 4]], dtype=i32)");
  EXPECT_EQ(tensor(std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7}, {2, 2, 2}).str(),
            "tensor([[[0, 1],\n"
            "         [2, 3]],\n"
            "\n"
            "        [[4, 5],\n"
            "         [6, 7]]], dtype=i64)");
}

TEST(Print, NanAndInfinity) {
  double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(tensor({std::nan(""), -inf, inf, 1.}).str(), "tensor([ nan, -inf,  inf,   1.], dtype=f64)");
  EXPECT_EQ(tensor({std::nan("")}).str(), "tensor([nan], dtype=f64)");
}

TEST(Print, ScientificAsInNumPy) {
  EXPECT_EQ(tensor({1e-5, 1.}).str(), "tensor([1.e-05, 1.e+00], dtype=f64)");
  EXPECT_EQ(tensor({1e10, -1.}).str(), "tensor([ 1.e+10, -1.e+00], dtype=f64)");
  EXPECT_EQ(tensor({0.01, 99.}).str(), "tensor([1.0e-02, 9.9e+01], dtype=f64)");
  EXPECT_EQ(tensor({0.1, 99.}).str(), "tensor([ 0.1, 99. ], dtype=f64)");
  EXPECT_EQ(tensor({1e-7, 1234.56789}).str(), "tensor([1.0000e-07, 1.2346e+03], dtype=f64)");
  EXPECT_EQ(tensor({0.1f, 16777.217f}).str(), "tensor([1.0000e-01, 1.6777e+04], dtype=f32)");
  EXPECT_EQ(tensor({0., -0.}).str(), "tensor([ 0., -0.], dtype=f64)");
  EXPECT_THAT((arange(0, 1200).to(kF64) / 8).str(), HasSubstr("1.4962e+02"));
}

TEST(Print, Summarised) {
  EXPECT_EQ(arange(0, 1001).str(), "tensor([   0,    1,    2, ...,  998,  999, 1000], dtype=i64)");
  EXPECT_THAT(arange(0, 1000).str(), testing::Not(HasSubstr("...")));
  EXPECT_EQ(arange(0, 2000).reshape({1000, 2}).str(),
            "tensor([[   0,    1],\n"
            "        [   2,    3],\n"
            "        [   4,    5],\n"
            "        ...,\n"
            "        [1994, 1995],\n"
            "        [1996, 1997],\n"
            "        [1998, 1999]], dtype=i64)");
}

TEST(Print, LongLinesWrap) {
  std::istringstream lines(arange(100, 200).str());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(line.size(), 100u) << line;
  EXPECT_GT(count, 5);
}

TEST(Print, SuffixAndViews) {
  Tensor t = tensor({{1., 2.}, {3., 4.}});
  EXPECT_EQ(t.transpose(0, 1).str(),
            "tensor([[1., 3.],\n"
            "        [2., 4.]], dtype=f64)");
  EXPECT_EQ(t.select(0, 1).flip(0).str(), "tensor([4., 3.], dtype=f64)");
  EXPECT_EQ(tensor({1.f}).to(Device("simulator")).str(), "tensor([1.], dtype=f32, device=simulator:0)");
  EXPECT_EQ(tensor({1.f}).requires_grad_().str(), "tensor([1.], dtype=f32, requires_grad=true)");
  EXPECT_EQ(empty({2, 3}, kF32, Device("meta")).str(), "tensor(..., shape=[2, 3], dtype=f32, device=meta:0)");
  std::ostringstream out;
  out << tensor({1, 2});
  EXPECT_EQ(out.str(), "tensor([1, 2], dtype=i32)");
}

TEST(Print, SmallFloats) {
  EXPECT_EQ(tensor({0.5f, 1.f}).to(kF16).str(), "tensor([0.5, 1. ], dtype=f16)");
  EXPECT_EQ(tensor({0.5f, 1.f}).to(kBF16).str(), "tensor([0.5, 1. ], dtype=bf16)");
}

}  // namespace
}  // namespace sy
