#include <limits>
#include <sstream>

#include "testing.h"

namespace sy {
namespace {

using testing::HasSubstr;

std::string body(const Tensor& t) {
  std::string s = t.str();
  return s.substr(7, s.rfind(", dtype=") - 7);
}

TEST(Print, NumPysFormats) {
  double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(body(tensor({1.5, 2.25, -3.})), "[ 1.5 ,  2.25, -3.  ]");
  EXPECT_EQ(body(tensor({1 / 3., 2 / 3.})), "[0.3333, 0.6667]");
  EXPECT_EQ(body(tensor({0.001, 10.})), "[1.e-03, 1.e+01]");
  EXPECT_EQ(body(tensor({1e10, 1.})), "[1.e+10, 1.e+00]");
  EXPECT_EQ(body(tensor({1e-7, 1234.56789})), "[1.0000e-07, 1.2346e+03]");
  EXPECT_EQ(body(tensor({0.1f, 16777.217f})), "[1.0000e-01, 1.6777e+04]");
  EXPECT_EQ(body(tensor({nan, inf, -1.})), "[nan, inf, -1.]");
  EXPECT_EQ(body(tensor({0., -0.})), "[ 0., -0.]");
  EXPECT_EQ(body(tensor({true, false})), "[ true, false]");
  EXPECT_EQ(body(tensor(3.)), "3.");
}

TEST(Print, DimensionsAlign) {
  EXPECT_EQ(body(tensor({{1, 2}, {3, 40}})), "[[ 1,  2],\n        [ 3, 40]]");
  EXPECT_EQ(body(arange(0, 12, 1, kF64).reshape({2, 2, 3})),
            "[[[ 0.,  1.,  2.],\n         [ 3.,  4.,  5.]],\n\n        [[ 6.,  7.,  8.],\n         [ 9., 10., 11.]]]");
}

TEST(Print, LongTensorsAreSummarised) {
  EXPECT_EQ(body(arange(0, 2000, 1, kI64)), "[   0,    1,    2, ..., 1997, 1998, 1999]");
  std::string s = body(arange(0, 1200, 1, kF64).reshape({30, 40}) / 8);
  EXPECT_THAT(s, HasSubstr("[[0.0000e+00, 1.2500e-01, 2.5000e-01, ..., 4.6250e+00, 4.7500e+00,"));
  EXPECT_THAT(s, HasSubstr("1.3512e+02"));
  EXPECT_THAT(s, HasSubstr("\n        ...,\n"));
  EXPECT_EQ(arange(0, 1000, 1, kI64).str().find("..."), std::string::npos);
}

TEST(Print, SaysDtypeDeviceAndShape) {
  EXPECT_EQ(tensor({1.f}).str(), "tensor([1.], dtype=f32)");
  EXPECT_EQ(zeros({2, 0}).str(), "tensor([], shape=[2, 0], dtype=f32)");
  EXPECT_EQ(Tensor().str(), "tensor(undefined)");
  EXPECT_THAT(tensor({1.f}).to(Device("reference")).str(), HasSubstr("device=reference:0"));
  EXPECT_THAT(ones({2}, kF16, Device("meta")).str(), HasSubstr("shape=[2]"));
  std::ostringstream out;
  out << ones({1}).requires_grad_();
  EXPECT_EQ(out.str(), "tensor([1.], dtype=f32, requires_grad=true)");
}

}  // namespace
}  // namespace sy
