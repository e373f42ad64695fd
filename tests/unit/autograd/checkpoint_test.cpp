#include "switchyard/autograd/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "switchyard/autograd/function.h"
#include "switchyard/autograd/gradcheck.h"
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

Tensor block(const Tensor& x, const Tensor& w) { return tanh(matmul(x, w)) * sigmoid(x) + exp(x * 0.1); }

TEST(Checkpoint, SameGradientsAndRandomNumbers) {
  auto fn = [](const Tensor& x) { return dropout(sin(x) * x, 0.5); };
  Tensor x = leaf({1, 2, 3, 4, 5, 6, 7, 8});
  manual_seed(3);
  Tensor plain = fn(x);
  plain.sum().backward();
  std::vector<double> expected = values(x.grad());
  x.set_grad({});
  manual_seed(3);
  Tensor y = checkpoint(fn, x);
  Generator::State before = default_generator().state();
  rand({3});  // moves the generator between forward and backward
  EXPECT_EQ(values(y), values(plain));
  y.sum().backward();
  EXPECT_EQ(values(x.grad()), expected);
  EXPECT_EQ(default_generator().state().offset, before.offset + 1);
}

TEST(Checkpoint, ReachesLeavesThatAreNotArguments) {
  Tensor x = vec({2}), w = leaf({5});  // the argument needs no gradient at all
  Tensor y = checkpoint([&](const Tensor& t) { return t * w * w; }, x);
  EXPECT_THAT(values(grad({y.sum()}, {w}, {}, true)[0]), ElementsAre(20));
  EXPECT_FALSE(w.grad().defined());
  y.sum().backward();
  EXPECT_THAT(values(w.grad()), ElementsAre(20));
}

TEST(Checkpoint, SecondOrderNestedAndNonLeafInputs) {
  Tensor x = make({0.1, 0.2, -0.3, 0.4}, {2, 2}).requires_grad_(), w = make({1, -1, 0.5, 2}, {2, 2}).requires_grad_();
  auto fn = [](const std::vector<Tensor>& in) {
    auto inner = [&](const Tensor& t) {
      return checkpoint([w = in[1]](const Tensor& u) { return block(u, w); }, t * 2) * t;
    };
    return std::vector<Tensor>{checkpoint(inner, in[0] + 1), checkpoint(inner, in[0])};
  };
  gradcheck(fn, {x, w});
  gradgradcheck(fn, {x, w});
}

TEST(Checkpoint, KeepsOnlyTheInputs) {
  Tensor x = leaf({1, 2, 3});
  Ref<Storage> inside;
  Tensor y = checkpoint(
      [&](const Tensor& t) {
        Tensor h = exp(t);  // exp saves its result
        inside = h.storage();
        return h * h;
      },
      x);
  EXPECT_EQ(inside->use_count(), 1u);
  Ref<Storage> first = inside;
  y.sum().backward();
  EXPECT_FALSE(inside == first);
  EXPECT_EQ(inside->use_count(), 1u);  // freed with the graph
}

TEST(Checkpoint, RunsOnceMoreHoweverManyBackwards) {
  Tensor x = leaf({1});
  int runs = 0;
  Tensor y = checkpoint(
      [&](const Tensor& t) {
        ++runs;
        return exp(t) * sin(t);
      },
      x);
  y.backward({}, true);
  y.backward();
  EXPECT_EQ(runs, 2);
  EXPECT_NEAR(values(x.grad())[0], 2 * std::exp(1) * (std::sin(1) + std::cos(1)), 1e-12);
}

TEST(Checkpoint, CustomFunctionsInside) {
  struct Square : Function<Square> {
    static Tensor forward(FunctionContext& c, const Tensor& x) {
      c.save_for_backward({x});
      return x * x;
    }
    static std::vector<Tensor> backward(FunctionContext& c, std::vector<Tensor> grads) {
      return {grads[0] * 2 * c.saved()[0]};
    }
  };
  Tensor x = leaf({3});
  checkpoint([](const Tensor& t) { return Square::apply(t * 2); }, x).sum().backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(24));
}

TEST(Checkpoint, MistakesAreNamed) {
  Tensor x = leaf({1, 2});
  int run = 0;
  Tensor fickle = checkpoint([&](const Tensor& t) { return run++ == 0 ? exp(t) : exp(t) * exp(t); }, x);
  EXPECT_THAT(message_of([&] { fickle.sum().backward(); }), HasSubstr("it must do the same both times"));
  Tensor h = x * 1;
  Tensor y = checkpoint([](const Tensor& t) { return exp(t); }, h);
  h.add_(1);
  EXPECT_THAT(message_of([&] { y.sum().backward(); }), HasSubstr("changed in place by add"));
  EXPECT_THAT(
      message_of([&] { checkpoint([](const Tensor& t) { return grad({exp(t).sum()}, {t}, {}, true, true)[0]; }, x); }),
      HasSubstr("differentiates by itself"));
  Tensor thrown = checkpoint(
      [&](const Tensor& t) {
        if (run++ > 100) fail(ErrorCode::kInternal, "no more");
        return exp(t);
      },
      x);
  run = 1000;
  EXPECT_THAT(message_of([&] { thrown.sum().backward(); }), HasSubstr("no more"));
}

TEST(Checkpoint, NothingIsRecordedWithoutGradMode) {
  NoGrad off;
  EXPECT_FALSE(checkpoint([](const Tensor& t) { return t * t; }, leaf({1})).requires_grad());
}

}  // namespace
}  // namespace sy
