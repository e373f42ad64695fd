#include "switchyard/autograd/function.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../message_of.h"
#include "switchyard/autograd/gradcheck.h"
#include "values.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

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

}  // namespace
}  // namespace sy
