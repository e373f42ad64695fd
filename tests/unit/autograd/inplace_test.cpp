// In-place operators and views: values, gradients, and the errors that protect both.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../message_of.h"
#include "values.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Inplace, OnANonLeafIsRecorded) {
  Tensor x = leaf({1, 2});
  Tensor y = x * 2;
  y.mul_(vec({3, 4}));
  y.add_(1);
  EXPECT_THAT(values(y), ElementsAre(7, 17));
  y.sum().backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(6, 8));
}

TEST(Inplace, OnALeafIsAnErrorWhileRecording) {
  Tensor x = leaf({1, 2});
  EXPECT_THAT(message_of([&] { x.add_(1); }), HasSubstr("leaf"));
  EXPECT_THAT(message_of([&] { x.select(0, 0).add_(1); }), HasSubstr("view of a leaf"));
  EXPECT_THAT(values(x), ElementsAre(1, 2));
  NoGrad off;
  x.add_(1);
  EXPECT_THAT(values(x), ElementsAre(2, 3));
}

TEST(Inplace, ChangedSavedTensorNamesBothPlaces) {
  Tensor x = leaf({1, 2});
  Tensor y = x * 2;
  Tensor z = (y * y).sum();
  y.add_(1);
  std::string message = message_of([&] { z.backward(); });
  EXPECT_THAT(message, HasSubstr("backward of mul"));
  EXPECT_THAT(message, HasSubstr("changed in place by add"));
}

TEST(Inplace, SavedResultIsFineWhileUnchanged) {
  Tensor x = leaf({0.5});
  Tensor y = exp(x);
  y.sum().backward();
  EXPECT_NEAR(values(x.grad())[0], std::exp(0.5), 1e-12);
  Tensor a = leaf({0.5});
  Tensor b = exp(a);
  b.mul_(2.0);
  EXPECT_THAT(message_of([&] { b.sum().backward(); }), HasSubstr("backward of exp"));
}

TEST(Views, GradientFlowsThroughChains) {
  Tensor x = leaf({1, 2, 3, 4, 5, 6});
  Tensor v = x.view({2, 3}).transpose(0, 1).slice(0, 1).select(1, 1);  // 5, 6
  EXPECT_THAT(values(v), ElementsAre(5, 6));
  (v * v).sum().backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(0, 0, 0, 0, 10, 12));
}

TEST(Views, WriteThroughAViewReachesTheBase) {
  Tensor x = leaf({1, 2, 3});
  Tensor y = x * 1;
  Tensor v = y.slice(0, 0, 2);
  v.mul_(10);
  EXPECT_THAT(values(y), ElementsAre(10, 20, 3));
  (y * y).sum().backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(200, 400, 6));
}

TEST(Views, ViewSeesAWriteThroughItsBaseOrSibling) {
  Tensor x = leaf({1, 2, 3});
  Tensor y = x * 1;
  Tensor a = y.slice(0, 0, 2), b = y.slice(0, 1, 3);
  a.mul_(2);  // y = 2x, 2x, x
  EXPECT_THAT(values(b), ElementsAre(4, 3));
  b.sum().backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(0, 2, 1));
}

TEST(Views, BaseWithoutGradientGetsHistoryFromAView) {
  Tensor w = leaf({3});
  Tensor buffer = make({0, 0, 0}, {3});
  Tensor v = buffer.slice(0, 1, 2);
  v.copy_(w * 2);
  EXPECT_TRUE(buffer.requires_grad());
  (buffer * vec({1, 10, 100})).sum().backward();
  EXPECT_THAT(values(w.grad()), ElementsAre(20));
}

TEST(Views, SecondOrderThroughAWrittenView) {
  Tensor x = leaf({2, 3});
  Tensor y = x * 1;
  y.select(0, 0).mul_(x.select(0, 1));  // y = x0 x1, x1
  Tensor loss = (y * y).sum();          // x0^2 x1^2 + x1^2
  Tensor g = grad({loss}, {x}, {}, true, true)[0];
  EXPECT_THAT(values(g), ElementsAre(36, 30));
  Tensor gg = grad({g.sum()}, {x})[0];  // d/dx0: 2 x1^2 + 4 x0 x1; d/dx1: 4 x0 x1 + 2 x0^2 + 2
  EXPECT_THAT(values(gg), ElementsAre(42, 34));
}

TEST(Views, ExpandedTensorCannotBeWritten) {
  Tensor x = vec({1}).expand({3});
  EXPECT_THAT(message_of([&] { x.add_(1); }), HasSubstr("share memory"));
  EXPECT_THAT(message_of([&] { x.copy_(vec({1, 2, 3})); }), HasSubstr("share memory"));
}

TEST(Views, MadeWithoutGradCannotBeWrittenWhileRecording) {
  Tensor x = leaf({1, 2});
  Tensor y = x * 1;
  Tensor v;
  {
    NoGrad off;
    v = y.slice(0, 0, 1);
  }
  EXPECT_FALSE(v.requires_grad());
  EXPECT_THAT(message_of([&] { v.mul_(leaf({2})); }), HasSubstr("gradients were off"));
}

TEST(Inplace, OutFormCannotBeRecorded) {
  Tensor x = leaf({1, 2});
  Tensor out = vec({0, 0});
  EXPECT_THAT(message_of([&] { mul_out(out, x, x); }), HasSubstr("out form"));
  EXPECT_THAT(values(out), ElementsAre(0, 0));
}

}  // namespace
}  // namespace sy
