#include "switchyard/autograd/gradcheck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../message_of.h"
#include "switchyard/autograd/function.h"
#include "values.h"

namespace sy {
namespace {

using testing::HasSubstr;

struct Wrong : Function<Wrong> {
  static constexpr const char* kName = "wrong";
  static Tensor forward(FunctionContext&, const Tensor& x) { return x * x; }
  static std::vector<Tensor> backward(FunctionContext&, std::vector<Tensor> grads) { return {grads[0]}; }
};

TEST(Gradcheck, FindsAWrongDerivative) {
  EXPECT_THAT(message_of([] {
                gradcheck([](const std::vector<Tensor>& in) { return std::vector<Tensor>{Wrong::apply(in[0])}; },
                          {leaf({1, 3})});
              }),
              HasSubstr("output 0 element 0 for input 0 element 0: analytic 1, numeric 2"));
}

TEST(Gradcheck, SecondOrderOfOperators) {
  auto fn = [](const std::vector<Tensor>& in) { return std::vector<Tensor>{tanh(matmul(in[0], in[1])) * in[0].sum()}; };
  Tensor a = make({0.1, 0.2, -0.3, 0.4}, {2, 2}).requires_grad_(), b = make({1, -1, 0.5, 2}, {2, 2}).requires_grad_();
  gradcheck(fn, {a, b});
  gradgradcheck(fn, {a, b});
}

TEST(Gradcheck, FastFormFindsTheSame) {
  GradcheckOptions fast;
  fast.fast = true;
  auto wrong = [](const std::vector<Tensor>& in) { return std::vector<Tensor>{Wrong::apply(in[0])}; };
  EXPECT_THAT(message_of([&] { gradcheck(wrong, {leaf({1, 3})}, fast); }), HasSubstr("direction of input 0"));
  // Right in first order, wrong in second: the derivative is taken of a constant.
  auto flat = [](const std::vector<Tensor>& in) {
    return std::vector<Tensor>{in[0] * in[0].detach() * 2 - in[0].detach() * in[0].detach()};
  };
  gradcheck([](const std::vector<Tensor>& in) { return std::vector<Tensor>{in[0] * in[0]}; }, {leaf({1, 3})}, fast);
  EXPECT_THAT(message_of([&] { gradgradcheck(flat, {leaf({1, 3})}, fast); }), HasSubstr("direction of input 0"));
  auto fn = [](const std::vector<Tensor>& in) { return std::vector<Tensor>{tanh(matmul(in[0], in[1])) * in[0].sum()}; };
  Tensor a = make({0.1, 0.2, -0.3, 0.4}, {2, 2}).transpose(0, 1).requires_grad_(),
         b = make({1, -1, 0.5, 2}, {2, 2}).requires_grad_();
  gradcheck(fn, {a, b}, fast);
  gradgradcheck(fn, {a, b}, fast);
}

// Runs fn on inputs and says what is found wrong.
std::string verdict(const GradcheckFn& fn, const std::vector<Tensor>& inputs, GradcheckOptions options = {}) {
  return message_of([&] { gradcheck(fn, inputs, options); });
}

TEST(Gradcheck, InputsMustBeLeavesOfDoubles) {
  auto twice = [](const std::vector<Tensor>& in) { return std::vector<Tensor>{in[0] * 2}; };
  EXPECT_EQ(verdict(twice, {vec({1})}), "gradcheck: no input needs a gradient");
  EXPECT_EQ(verdict(twice, {make({1}, {1}, kF32).requires_grad_()}), "gradcheck: input 0 is f32, expected f64");
}

TEST(Gradcheck, MissingGradientsAreZeros) {
  EXPECT_EQ(verdict(
                [](const std::vector<Tensor>& in) {
                  return std::vector<Tensor>{in[0] * 2, in[1] * 3};
                },
                {leaf({1}), leaf({2})}),
            "no error");
  EXPECT_THAT(
      verdict([](const std::vector<Tensor>& in) { return std::vector<Tensor>{in[0].detach() * 2}; }, {leaf({1})}),
      HasSubstr("analytic 0, numeric 2"));
}

TEST(Gradcheck, OnlyFloatingOutputsAndInputsThatNeedIt) {
  EXPECT_EQ(verdict(
                [](const std::vector<Tensor>& in) {
                  return std::vector<Tensor>{in[0] > 0, in[0] * in[1], Tensor()};
                },
                {leaf({1, -2}), vec({3, 4})}),
            "no error");
}

TEST(Gradcheck, ToleranceIsTheCallers) {
  auto bent = [](const std::vector<Tensor>& in) { return std::vector<Tensor>{in[0] * 2 + in[0].detach() * 0.01}; };
  EXPECT_NE(verdict(bent, {leaf({1})}), "no error");
  GradcheckOptions loose;
  loose.atol = 0.02;
  EXPECT_EQ(verdict(bent, {leaf({1})}, loose), "no error");
}

TEST(Gradcheck, SecondOrderNeedsSomethingRecorded) {
  EXPECT_EQ(message_of([] {
              gradgradcheck([](const std::vector<Tensor>& in) { return std::vector<Tensor>{in[0].detach()}; },
                            {leaf({1})});
            }),
            "gradgradcheck: no output needs a gradient");
}

}  // namespace
}  // namespace sy
