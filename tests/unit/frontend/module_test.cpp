// Modules as a user writes them: registration in member initialisers, freezing, partial states, training.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers.h"
#include "switchyard/switchyard.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Net : nn::Module {
  std::shared_ptr<nn::Linear> first = register_module<nn::Linear>("first", 3, 4);
  std::shared_ptr<nn::Dropout> drop = register_module("drop", std::make_shared<nn::Dropout>(0.5));
  std::shared_ptr<nn::Sequential> rest =
      register_module<nn::Sequential>("rest", std::make_shared<nn::ReLU>(), std::make_shared<nn::Linear>(4, 2, false));
  Tensor scale = register_parameter("scale", ones({1}));
  Tensor count = register_buffer("count", zeros({1}));
  Tensor forward(const Tensor& x) { return rest->forward(drop->forward(first->forward(x))) * scale; }
};

TEST(Net, NamesWhatItHoldsAndVisitsIt) {
  Net net;
  std::vector<std::string> names;
  for (const auto& [name, t] : net.named_parameters()) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("scale", "first.weight", "first.bias", "rest.1.weight"));
  int visited = 0;
  net.apply([&](nn::Module&) { ++visited; });
  EXPECT_EQ(visited, 6);
}

TEST(Net, PartialStateLoadsWhenNotStrict) {
  Net net;
  std::map<std::string, Tensor> state{{"scale", full({1}, 7, kF64)}, {"extra", zeros({1})}};
  EXPECT_THAT(message_of([&] { net.load_state_dict(state); }), HasSubstr("missing: first.bias [4]"));
  EXPECT_EQ(net.scale.item<float>(), 1);
  net.load_state_dict(state, false);
  EXPECT_EQ(net.scale.item<float>(), 7);
  state["count"] = full({1}, 3).to(Device("reference"));
  net.load_state_dict(state, false);
  EXPECT_EQ(net.count.item<float>(), 3);
}

TEST(Net, FrozenParametersStayFrozenWhenMoved) {
  Net net;
  net.scale.requires_grad_(false);
  net.to(kF64);
  EXPECT_FALSE(net.scale.requires_grad());
  EXPECT_FALSE(net.count.requires_grad());
  EXPECT_TRUE(net.first->weight.requires_grad());
  net.requires_grad_(false);
  EXPECT_FALSE(net.forward(ones({2, 3}, kF64)).requires_grad());
  net.requires_grad_();
  EXPECT_TRUE(net.forward(ones({2, 3}, kF64)).requires_grad());
}

TEST(Net, LearnsExclusiveOr) {
  manual_seed(1);
  nn::Sequential net(std::make_shared<nn::Linear>(2, 16), std::make_shared<nn::Tanh>(),
                     std::make_shared<nn::Linear>(16, 1));
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

TEST(Optimizer, RatesOfGroupsAreSavedAndLoaded) {
  Tensor a = tensor({1.0}).requires_grad_(), b = tensor({1.0}).requires_grad_();
  optim::SGD sgd({a}, {.lr = 0.1}), other({a}, {.lr = 1});
  sgd.add_group({b}, {.lr = 0.5});
  sgd.set_lr(1, 0.25);
  other.add_group({b}, {.lr = 1});
  other.load_state_dict(sgd.state_dict());
  EXPECT_EQ(other.lr(0), 0.1);
  EXPECT_EQ(other.lr(1), 0.25);
  other.set_lr(2);
  EXPECT_EQ(other.lr(1), 2);
  EXPECT_THAT(message_of([&] { sgd.load_state_dict({{"lr.2", tensor(1.)}}); }), HasSubstr("no group"));
  EXPECT_THAT(message_of([&] { sgd.load_state_dict({{"lr.0", zeros({2})}}); }), HasSubstr("a number"));
}

TEST(Schedule, StepDecay) { EXPECT_DOUBLE_EQ(optim::step_decay(7, 3, 0.1, 1), 0.01); }

TEST(Tensors, LiteralsInThreeDimensions) {
  Tensor cube = tensor({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}});
  EXPECT_THAT(cube.shape().vec(), ElementsAre(2, 2, 2));
  EXPECT_EQ((cube[{1, 0, 1}].item<int>()), 6);
  EXPECT_THAT(message_of([] { tensor({{{1}}, {{1, 2}}}); }), HasSubstr("block of shape [1, 2], expected [1, 1]"));
}

}  // namespace
}  // namespace sy
