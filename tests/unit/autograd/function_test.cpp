// Custom functions, checkpointing, operators defined at run time, gradcheck itself.
#include "switchyard/autograd/function.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "switchyard/autograd/custom_op.h"
#include "switchyard/autograd/gradcheck.h"
#include "switchyard/dispatch/boxed.h"
#include "values.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string message_of(const std::function<void()>& fn) {
  try {
    fn();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

struct Cube : Function<Cube> {
  static constexpr const char* kName = "cube";
  static Tensor forward(FunctionContext& c, const Tensor& x, double scale) {
    c.save_for_backward({x});
    c.values["scale"] = scale;
    return x * x * x * scale;
  }
  static std::vector<Tensor> backward(FunctionContext& c, std::vector<Tensor> grads) {
    Tensor x = c.saved()[0];
    return {grads[0] * x * x * (3 * std::any_cast<double>(c.values["scale"]))};
  }
};

TEST(Function, FirstSecondAndThirdOrder) {
  Tensor x = leaf({2});
  Tensor g = grad({Cube::apply(x, 2.0).sum()}, {x}, {}, true, true)[0];
  EXPECT_THAT(values(g), ElementsAre(24));
  Tensor gg = grad({g.sum()}, {x}, {}, true, true)[0];
  EXPECT_THAT(values(gg), ElementsAre(24));
  EXPECT_THAT(values(grad({gg.sum()}, {x})[0]), ElementsAre(12));
  gradcheck([](const std::vector<Tensor>& in) { return std::vector<Tensor>{Cube::apply(in[0], 0.5)}; },
            {leaf({1, -2})});
}

TEST(Function, NoticesChangedSavedTensor) {
  Tensor x = leaf({2});
  Tensor h = x * 1;
  Tensor y = Cube::apply(h, 1.0).sum();
  h.add_(1);
  EXPECT_THAT(message_of([&] { y.backward(); }), HasSubstr("backward of cube"));
}

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
  auto flat = [](const std::vector<Tensor>& in) { return std::vector<Tensor>{in[0] * in[0].detach() * 2 - in[0].detach() * in[0].detach()}; };
  gradcheck([](const std::vector<Tensor>& in) { return std::vector<Tensor>{in[0] * in[0]}; }, {leaf({1, 3})}, fast);
  EXPECT_THAT(message_of([&] { gradgradcheck(flat, {leaf({1, 3})}, fast); }), HasSubstr("direction of input 0"));
  auto fn = [](const std::vector<Tensor>& in) { return std::vector<Tensor>{tanh(matmul(in[0], in[1])) * in[0].sum()}; };
  Tensor a = make({0.1, 0.2, -0.3, 0.4}, {2, 2}).transpose(0, 1).requires_grad_(), b = make({1, -1, 0.5, 2}, {2, 2}).requires_grad_();
  gradcheck(fn, {a, b}, fast);
  gradgradcheck(fn, {a, b}, fast);
}

struct SplitMax : Function<SplitMax> {
  static std::vector<Tensor> forward(FunctionContext& c, const std::vector<Tensor>& parts, double scale) {
    EXPECT_FALSE(c.needs_input_grad(0));
    EXPECT_TRUE(c.needs_input_grad(1));
    Tensor sum = (parts[0] + parts[1]) * scale, sign = (sum > 0).to(kF64);
    c.mark_non_differentiable({sign});
    c.values["scale"] = scale;
    return {sum, sign};
  }
  static std::vector<Tensor> backward(FunctionContext& c, std::vector<Tensor> grads) {
    Tensor g = grads[0] * std::any_cast<double>(c.values["scale"]);
    return {g, g};
  }
};

TEST(Function, ListsMarksAndNamesByType) {
  Tensor a = vec({1, -5}), b = leaf({2, 3});
  std::vector<Tensor> out = SplitMax::apply(std::vector<Tensor>{a, b}, 4.0);
  EXPECT_TRUE(out[0].requires_grad());
  EXPECT_FALSE(out[1].requires_grad());
  out[0].sum().backward();
  EXPECT_THAT(values(b.grad()), ElementsAre(4, 4));
  EXPECT_THAT(message_of([&] { out[0].sum().backward(); }), HasSubstr("SplitMax"));
}

TEST(CustomOp, WithoutDerivativeBackwardIsAnError) {
  static CustomOp op("test::underived(Tensor x) -> Tensor");
  op.kernel("cpu", [](const Tensor& x) { return x * 2; });
  Tensor x = leaf({1});
  EXPECT_THAT(values(op(x)), ElementsAre(2));
  EXPECT_THAT(message_of([&] { op(x).sum().backward(); }),
              HasSubstr("test::underived: the operator has no derivative"));
}

TEST(CustomOp, KernelDerivativeAndBoxedCall) {
  static CustomOp scale("test::scale(Tensor x, float factor=3) -> Tensor");
  scale.kernel("cpu", [](const Tensor& x, double factor) { return x * factor; });
  scale.derivative([](Backward& b) { b.set(0, b.grad(0) * b.floating(1)); });
  Tensor x = leaf({1, 2});
  Tensor y = scale(x, 2.0);
  EXPECT_THAT(values(y), ElementsAre(2, 4));
  y.sum().backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(2, 2));
  EXPECT_THAT(values(as_tensor(call("test::scale", {{"x", x.detach()}})[0])), ElementsAre(3, 6));
  // Elsewhere it runs by way of the cpu, under the fallback policy.
  Tensor far = scale(x.detach().to(Device("reference")), 5.0);
  EXPECT_EQ(far.device(), Device("reference"));
  EXPECT_THAT(values(far), ElementsAre(5, 10));
}

TEST(CustomOp, ErrorsAreReadable) {
  EXPECT_THAT(message_of([] { CustomOp op("test::bad(Tensr x) -> Tensor"); }), HasSubstr("column"));
  EXPECT_THAT(message_of([] { CustomOp op("add(Tensor x) -> Tensor"); }), HasSubstr("add is already defined"));
  static CustomOp op("test::typed(Tensor x, int n) -> Tensor");
  EXPECT_THAT(message_of([] { op.kernel("cpu", [](const Tensor& x, double) { return x; }); }),
              HasSubstr("does not fit int n"));
  EXPECT_THAT(message_of([] { op.kernel("cpu", [](const Tensor& x) { return x; }); }), HasSubstr("takes 1 arguments"));
}

}  // namespace
}  // namespace sy
