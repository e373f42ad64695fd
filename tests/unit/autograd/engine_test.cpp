#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "../message_of.h"
#include "switchyard/autograd/anomaly.h"
#include "switchyard/autograd/autograd_meta.h"
#include "switchyard/core/sanitizer.h"
#include "values.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Engine, GradientsToThirdOrder) {
  Tensor x = leaf({2, -1});
  Tensor y = (x * x * x * x).sum();
  Tensor first = grad({y}, {x}, {}, true, true)[0];
  Tensor second = grad({first.sum()}, {x}, {}, true, true)[0];
  Tensor third = grad({second.sum()}, {x})[0];
  EXPECT_THAT(values(first), ElementsAre(32, -4));
  EXPECT_THAT(values(second), ElementsAre(48, 12));
  EXPECT_THAT(values(third), ElementsAre(48, -24));
}

TEST(Engine, AccumulatesOverCallsAndPaths) {
  Tensor x = leaf({1, 2});
  (x * 3 + x * x).sum().backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(5, 7));
  (x * 1).sum().backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(6, 8));
}

TEST(Engine, SecondBackwardNeedsRetainGraph) {
  Tensor x = leaf({1});
  Tensor y = (x * x).sum();
  y.backward({}, true);
  y.backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(4));
  EXPECT_THAT(message_of([&] { y.backward(); }), HasSubstr("retain_graph"));
}

TEST(Engine, NonScalarNeedsAGradient) {
  Tensor x = leaf({1, 2});
  EXPECT_THAT(message_of([&] { (x * 2).backward(); }), HasSubstr("a gradient must be given"));
  (x * 2).backward(vec({10, 20}));
  EXPECT_THAT(values(x.grad()), ElementsAre(20, 40));
  EXPECT_THAT(message_of([&] { (x * 2).backward(vec({1})); }), HasSubstr("gradient of shape [1]"));
}

TEST(Engine, NothingRecordedIsAnError) {
  EXPECT_THAT(message_of([] { vec({1}).sum().backward(); }), HasSubstr("needs no gradient"));
}

TEST(Engine, GradOfInnerTensorAndUnusedInput) {
  Tensor x = leaf({3}), unused = leaf({1});
  Tensor h = x * x;
  Tensor y = (h * h).sum();
  std::vector<Tensor> g = grad({y}, {h, x}, {}, true);
  EXPECT_THAT(values(g[0]), ElementsAre(18));
  EXPECT_THAT(values(g[1]), ElementsAre(108));
  EXPECT_FALSE(x.grad().defined());
  EXPECT_THAT(message_of([&] { grad({y}, {unused}, {}, true); }), HasSubstr("do not depend on input 0"));
  EXPECT_FALSE(grad({y}, {unused}, {}, false, false, true)[0].defined());
}

TEST(Engine, MillionNodesWithoutDeepStack) {
  // Under sanitizers nodes are slower to make, and frames so much larger that fewer of them fill a stack.
  constexpr int kNodes = kSanitized ? 100'000 : 1'000'000;
  Tensor x = leaf({1});
  {
    Tensor h = x;
    for (int i = 0; i < kNodes; ++i) h = h * 1.0;
    h.backward();
  }
  EXPECT_THAT(values(x.grad()), ElementsAre(1));
  Tensor h = x;
  for (int i = 0; i < kNodes; ++i) h = -h;  // freed without ever running
}

TEST(Engine, TwoThreadsInBackwardOnOneLeaf) {
  Tensor x = leaf({1, 2, 3});
  auto work = [&] {
    for (int i = 0; i < 200; ++i) (x * x).sum().backward();
  };
  std::thread a(work), b(work);
  a.join();
  b.join();
  EXPECT_THAT(values(x.grad()), ElementsAre(800, 1600, 2400));
}

TEST(Hooks, TensorHookReplacesAndIsRemoved) {
  Tensor x = leaf({1, 2});
  Tensor h = x * 2;
  std::uint64_t id = h.register_hook([](const Tensor& g) { return g * 10; });
  h.sum().backward({}, true);
  EXPECT_THAT(values(x.grad()), ElementsAre(20, 20));
  h.remove_hook(id);
  x.set_grad({});
  h.sum().backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(2, 2));
}

TEST(Hooks, MayRunABackwardOfTheirOwn) {
  Tensor x = leaf({3}), z = leaf({5});
  Tensor y = x * x;
  y.register_hook([&](const Tensor& g) {
    GradMode on(true);
    (z * z).sum().backward();
    return g;
  });
  y.sum().backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(6));
  EXPECT_THAT(values(z.grad()), ElementsAre(10));
}

TEST(Hooks, NodeHooksSeeBothSides) {
  Tensor x = leaf({3});
  Tensor y = x * x;
  Edge edge = gradient_edge(y);
  double before = 0, after = 0;
  edge.node->require_hooks().pre.push_back([&](const std::vector<Tensor>& in) -> std::optional<std::vector<Tensor>> {
    before = values(in[0])[0];
    return std::vector<Tensor>{in[0] * 2};
  });
  edge.node->require_hooks().post.push_back([&](const std::vector<Tensor>& out, const std::vector<Tensor>&) {
    after = values(out[0])[0];
    return std::optional<std::vector<Tensor>>();
  });
  y.sum().backward();
  EXPECT_EQ(before, 1);
  EXPECT_EQ(after, 6);
  EXPECT_THAT(values(x.grad()), ElementsAre(12));
}

TEST(Hooks, RetainGradOfANonLeaf) {
  Tensor x = leaf({3});
  Tensor h = x * x;
  h.retain_grad();
  (h * 5).sum().backward();
  EXPECT_THAT(values(h.grad()), ElementsAre(5));
}

TEST(Modes, NoGradAndInference) {
  Tensor x = leaf({1});
  {
    NoGrad off;
    EXPECT_FALSE((x * x).requires_grad());
  }
  EXPECT_TRUE((x * x).requires_grad());
  Tensor made;
  {
    InferenceMode inference;
    made = x * x;
    EXPECT_FALSE(made.requires_grad());
  }
  EXPECT_THAT(message_of([&] { made.requires_grad_(); }), HasSubstr("inference mode"));
  EXPECT_THAT(message_of([&] { made* x; }), HasSubstr("inference mode"));
}

TEST(Anomaly, NamesTheOperatorOfANaN) {
  AnomalyMode anomaly;
  Tensor x = leaf({-1});
  std::string message = message_of([&] { sqrt(x).sum().backward(); });
  EXPECT_THAT(message, HasSubstr("backward of sqrt gave NaN"));
  EXPECT_THAT(message, HasSubstr("forward call"));
}

TEST(Leaves, OnlyFloatingLeavesMayNeedGradients) {
  EXPECT_THAT(message_of([] { vec({1}).to(kI64).requires_grad_(); }), HasSubstr("floating"));
  Tensor x = leaf({1});
  Tensor y = x * 2;
  EXPECT_THAT(message_of([&] { y.requires_grad_(false); }), HasSubstr("only leaves"));
  EXPECT_TRUE(x.is_leaf());
  EXPECT_FALSE(y.is_leaf());
  EXPECT_FALSE(x.detach().requires_grad());
}

}  // namespace
}  // namespace sy
