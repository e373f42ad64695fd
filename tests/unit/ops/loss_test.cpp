// nll_loss beyond the schema's samples: on the cpu plugin's kernel, and on reference, where it is the composite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "../message_of.h"
#include "switchyard/switchyard.h"

namespace sy {
namespace {

double distance(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  return amax(abs(a.to(Device()) - b.to(Device()))).item<double>();
}

class NllLoss : public ::testing::TestWithParam<const char*> {
 protected:
  Device device{GetParam()};
  Tensor classes(std::initializer_list<std::int64_t> values) {
    return tensor(std::vector<std::int64_t>(values)).to(device);
  }
};

TEST_P(NllLoss, NamesTheTargetOutOfRange) {
  Tensor x = zeros({3, 4}, kF32, device);
  for (std::int64_t bad : {4, -5}) {
    auto call = [&] { nll_loss(x, classes({0, bad, 1})); };
    EXPECT_EQ(code_of(call), ErrorCode::kOutOfRange);
    EXPECT_THAT(message_of(call), ::testing::StartsWith("nll_loss: "));
    EXPECT_THAT(message_of(call), ::testing::HasSubstr(str_cat("index ", bad, " is out of range")));
    EXPECT_EQ(nll_loss(x, classes({0, bad, 1}), {}, "sum", bad).item<float>(), 0) << "ignored, it may be anything";
    Tensor grad = ones({3}, kF32, device);
    EXPECT_THAT(message_of([&] {
                  nll_loss_backward(grad, classes({0, bad, 1}), {}, 4, "none", 0);
                }),
                ::testing::HasSubstr(str_cat("index ", bad, " is out of range")));
  }
}

TEST_P(NllLoss, DoesNotLookAtIgnoredRows) {
  double inf = std::numeric_limits<double>::infinity();
  Tensor x = tensor(std::vector<double>{1, 2, -inf, inf, 3, 5}).reshape({3, 2}).to(device).requires_grad_();
  Tensor weight = tensor(std::vector<double>{2, 0.5}).to(device).requires_grad_();
  Tensor loss = nll_loss(x, classes({1, 7, 0}), weight, "mean", 7);
  EXPECT_EQ(loss.item<double>(), -(0.5 * 2 + 2 * 3) / 2.5);
  loss.backward();
  Tensor wanted = tensor(std::vector<double>{0, -0.5 / 2.5, 0, 0, -2 / 2.5, 0}).reshape({3, 2});
  EXPECT_LT(distance(x.grad(), wanted), 1e-15);
  EXPECT_LT(distance(weight.grad(), tensor(std::vector<double>{-0.08, 0.32})), 1e-15);
}

TEST_P(NllLoss, WithoutRowsIsNanAndHasNoGradient) {
  Tensor x = ones({2, 3}, kF32, device).requires_grad_();
  Tensor loss = nll_loss(x, classes({-100, -100}));
  EXPECT_TRUE(std::isnan(loss.item<float>()));
  loss.backward();
  EXPECT_EQ(sum(abs(x.grad())).item<float>(), 0);
  Tensor none = empty({0, 3}, kF32, device), no_targets = empty({0}, kI64, device);
  EXPECT_TRUE(std::isnan(nll_loss(none, no_targets).item<float>()));
  EXPECT_EQ(nll_loss(none, no_targets, {}, "sum").item<float>(), 0);
  EXPECT_EQ(nll_loss(none, no_targets, {}, "none").size(0), 0);
}

INSTANTIATE_TEST_SUITE_P(Devices, NllLoss, ::testing::Values("cpu", "reference"));

TEST(NllLossOfManyRows, IsThatOfReference) {
  Tensor x = randn({5, 20000}, {}, kF64).transpose(0, 1), target = randint(0, 5, {20000}), weight = rand({5}, {}, kF64);
  Device reference("reference");
  for (const char* reduction : {"none", "sum", "mean"}) {
    for (const Tensor& w : {Tensor(), weight}) {
      Tensor mine = x.detach().requires_grad_(), other = x.to(reference).detach().requires_grad_();
      Tensor loss = nll_loss(mine, target, w, reduction, 3);
      Tensor wanted = nll_loss(other, target.to(reference), w.defined() ? w.to(reference) : w, reduction, 3);
      EXPECT_LT(distance(loss, wanted), 1e-9) << reduction;
      sum(loss).backward();
      sum(wanted).backward();
      EXPECT_LT(distance(mine.grad(), other.grad()), 1e-12) << reduction;
    }
  }
}

}  // namespace
}  // namespace sy
