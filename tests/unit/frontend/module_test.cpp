#include "testing.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Net : nn::Module {
  std::shared_ptr<nn::Linear> first = register_module<nn::Linear>("first", 3, 4);
  std::shared_ptr<nn::Dropout> drop = register_module("drop", std::make_shared<nn::Dropout>(0.5));
  std::shared_ptr<nn::Sequential> rest = register_module<nn::Sequential>(
      "rest", std::make_shared<nn::ReLU>(), std::make_shared<nn::Linear>(4, 2, false));
  Tensor scale = register_parameter("scale", ones({1}));
  Tensor count = register_buffer("count", zeros({1}));
  Tensor forward(const Tensor& x) { return rest->forward(drop->forward(first->forward(x))) * scale; }
};

std::vector<std::string> names(const nn::Module::Named& list) {
  std::vector<std::string> out;
  for (const auto& [name, t] : list) out.push_back(name);
  return out;
}

TEST(Module, NamesWhatItHolds) {
  Net net;
  EXPECT_THAT(names(net.named_parameters()), ElementsAre("scale", "first.weight", "first.bias", "rest.1.weight"));
  EXPECT_THAT(names(net.named_buffers()), ElementsAre("count"));
  EXPECT_EQ(net.str(),
            "Module(\n  (first): Linear(3, 4)\n  (drop): Dropout(p=0.5)\n  (rest): Sequential(\n    (0): ReLU()\n"
            "    (1): Linear(4, 2, bias=false)\n  )\n)");
  int visited = 0;
  net.apply([&](nn::Module&) { ++visited; });
  EXPECT_EQ(visited, 6);
}

TEST(Module, TrainAndEvalReachEverything) {
  Net net;
  net.eval();
  EXPECT_FALSE(net.drop->is_training());
  Tensor x = ramp({2, 3}).to(kF32);
  EXPECT_EQ(to_vector<float>(net.forward(x)), to_vector<float>(net.forward(x)));
  net.train();
  EXPECT_TRUE(net.drop->is_training());
}

TEST(Module, StateDictRoundTrip) {
  Net a, b;
  b.load_state_dict(a.state_dict());
  a.eval();
  b.eval();
  Tensor x = ramp({2, 3}).to(kF32);
  EXPECT_EQ(to_vector<float>(a.forward(x)), to_vector<float>(b.forward(x)));
}

TEST(Module, StateThatDoesNotFitIsListedAndChangesNothing) {
  Net net;
  std::vector<float> before = to_vector<float>(net.scale);
  std::map<std::string, Tensor> state = net.state_dict();
  state["scale"] = full({1}, 7);
  state.erase("count");
  state["first.bias"] = zeros({9});
  state["extra"] = zeros({1});
  std::string message = message_of([&] { net.load_state_dict(state); });
  EXPECT_THAT(message, HasSubstr("missing: count [1]"));
  EXPECT_THAT(message, HasSubstr("wrong shape: first.bias is [9], expected [4]"));
  EXPECT_THAT(message, HasSubstr("unexpected: extra"));
  EXPECT_EQ(to_vector<float>(net.scale), before);
  state["first.bias"] = zeros({4});
  net.load_state_dict(state, false);
  EXPECT_EQ(net.scale.item<float>(), 7);
}

TEST(Module, MovesInPlaceSoThatOptimizersKeepTheirHandles) {
  Net net;
  optim::SGD sgd(net.parameters(), {.lr = 1});
  net.scale.requires_grad_(false);
  net.to(Device("reference"));
  EXPECT_EQ(net.first->weight.device(), Device("reference"));
  EXPECT_FALSE(net.scale.requires_grad());
  net.to(kF64);
  EXPECT_EQ(net.count.dtype(), kF64);
  net.eval();
  net.forward(ramp({2, 3}).to(Device("reference"))).sum().backward();
  Tensor expected = net.first->weight.detach() - net.first->weight.grad();
  sgd.step();
  expect_near(net.first->weight, to_vector<double>(expected), 1e-12);
  net.zero_grad();
  EXPECT_FALSE(net.first->weight.grad().defined());
  net.requires_grad_(false);
  EXPECT_FALSE(net.forward(ramp({2, 3}).to(Device("reference"))).requires_grad());
}

TEST(Module, SharedParametersCountOnce) {
  struct Tied : nn::Module {
    std::shared_ptr<nn::Linear> a = register_module<nn::Linear>("a", 2, 2, false);
    std::shared_ptr<nn::Linear> b = register_module("b", a);
  } tied;
  EXPECT_EQ(tied.parameters().size(), 1u);
  EXPECT_EQ(tied.state_dict().size(), 2u);
}

TEST(Module, MistakesAreNamed) {
  struct Bad : nn::Module {
    void twice() {
      register_parameter("w", ones({1}));
      register_parameter("w", ones({1}));
    }
    void dotted() { register_parameter("a.b", ones({1})); }
    void null() { register_module("m", std::shared_ptr<nn::Linear>()); }
    void clash() {
      register_module<nn::ReLU>("x");
      register_parameter("x", ones({1}));
    }
  };
  EXPECT_THAT(message_of([] { Bad().twice(); }), HasSubstr("\"w\" is taken"));
  EXPECT_THAT(message_of([] { Bad().dotted(); }), HasSubstr("\"a.b\""));
  EXPECT_THAT(message_of([] { Bad().null(); }), HasSubstr("null"));
  EXPECT_THAT(message_of([] { nn::Linear(0, 2); }), HasSubstr("positive"));
  EXPECT_THAT(message_of([] { Net().to(kI64); }), HasSubstr("floating"));
}

TEST(Module, TrainsASmallNet) {
  manual_seed(1);
  nn::Sequential net(std::make_shared<nn::Linear>(2, 16), std::make_shared<nn::Tanh>(), std::make_shared<nn::Linear>(16, 1));
  optim::AdamWOptions options;
  options.lr = 0.05;
  optim::AdamW adam(net.parameters(), options);
  Tensor x = tensor({{0.f, 0.f}, {0.f, 1.f}, {1.f, 0.f}, {1.f, 1.f}}), y = tensor({{0.f}, {1.f}, {1.f}, {0.f}});
  double loss = 0;
  for (int i = 0; i < 200; ++i) {
    adam.zero_grad();
    Tensor l = mse_loss(net(x), y);
    l.backward();
    optim::clip_grad_norm_(net.parameters(), 1);
    adam.step();
    loss = l.item<double>();
  }
  EXPECT_LT(loss, 1e-2);
}

}  // namespace
}  // namespace sy
