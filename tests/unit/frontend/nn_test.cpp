// Modules: registration, state, devices, modes, gradients, text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "helpers.h"
#include "switchyard/switchyard.h"

namespace sy::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names(const Module::Named& named) {
  std::vector<std::string> out;
  for (const auto& [name, t] : named) out.push_back(name);
  return out;
}
std::shared_ptr<Sequential> small_net() {
  return std::make_shared<Sequential>(std::make_shared<Linear>(4, 3), std::make_shared<Tanh>(),
                                      std::make_shared<Linear>(3, 2));
}
Tensor input(IntArray shape) { return randn(shape, Generator(5), kF64); }

double highest(const Tensor& t) {
  std::vector<double> all = to_vector<double>(t);
  return *std::max_element(all.begin(), all.end());
}
void expect_close(const Tensor& got, const Tensor& expected) {
  ASSERT_EQ(got.shape().vec(), expected.shape().vec());
  EXPECT_LT(highest(abs(got - expected)), 1e-10);
}

/// gradcheck of a module's output for its input and every parameter. gradcheck moves copies of its inputs, so moved
/// parameters are written into the module for the call.
template <typename M, typename Fn>
void check_gradients(M& module, Tensor x, Fn forward) {
  module.to(kF64);
  std::vector<Tensor> inputs = module.parameters();
  if (x.dtype().is_floating()) x.requires_grad_();
  inputs.push_back(x);
  gradcheck(
      [&](const std::vector<Tensor>& in) {
        std::vector<Tensor> parameters = module.parameters();
        std::vector<Tensor> kept;
        bool moved = !parameters.empty() && !in[0].same_as(parameters[0]);
        if (moved) {
          NoGrad guard;
          std::vector<Tensor> fresh;
          for (std::size_t i = 0; i < parameters.size(); ++i) {
            kept.push_back(parameters[i].detach().clone());
            fresh.push_back(in[i].detach().clone());
          }
          for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].copy_(fresh[i]);
        }
        Tensor y = forward(in.back());
        if (moved) {
          NoGrad guard;
          for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].copy_(kept[i]);
        }
        return std::vector<Tensor>{y};
      },
      inputs);
}
template <typename M>
void check_layer(M&& module, const Tensor& x) {
  EXPECT_EQ(message_of([&] { check_gradients(module, x, [&](const Tensor& t) { return module.forward(t); }); }),
            "no error")
      << module.describe();
}

class Block : public Module {
 public:
  Block() {
    scale = register_parameter("scale", ones({2}));
    count = register_buffer("count", zeros({1}, kI64));
    first = register_module<Linear>("first", 2, 2);
    norm = register_module<BatchNorm2d>("norm", 2);
  }
  using Module::add_child;
  using Module::register_buffer;
  using Module::register_parameter;
  Tensor scale, count;
  std::shared_ptr<Linear> first;
  std::shared_ptr<BatchNorm2d> norm;
};

TEST(Module, NamedParametersAndBuffers) {
  Block block;
  EXPECT_THAT(names(block.named_parameters()),
              ElementsAre("scale", "first.weight", "first.bias", "norm.weight", "norm.bias"));
  EXPECT_THAT(names(block.named_buffers()), ElementsAre("count", "norm.running_mean", "norm.running_var"));
  for (const Tensor& p : block.parameters()) EXPECT_TRUE(p.requires_grad() && p.is_leaf());
  EXPECT_FALSE(block.register_parameter("absent", Tensor()).defined());
  EXPECT_THAT(names(Linear(2, 3, false).named_parameters()), ElementsAre("weight"));
}

TEST(Module, SharedParametersCountOnce) {
  auto shared = std::make_shared<Linear>(2, 2);
  Sequential net(shared, shared);
  EXPECT_EQ(net.named_parameters().size(), 4u);
  EXPECT_EQ(net.parameters().size(), 2u);
  net.to(kF64);
  EXPECT_EQ(net.parameters().size(), 2u);
  EXPECT_EQ(shared->weight.dtype(), kF64);
}

TEST(Module, NamesAreUnique) {
  Block block;
  EXPECT_THAT(message_of([&] { block.register_parameter("scale", ones({1})); }), HasSubstr("\"scale\" is taken"));
  EXPECT_THAT(message_of([&] { block.register_buffer("scale", ones({1})); }), HasSubstr("\"scale\" is taken"));
  EXPECT_THAT(message_of([&] { block.register_parameter("first", ones({1})); }), HasSubstr("\"first\" is taken"));
  EXPECT_THAT(message_of([&] { block.add_child("first", std::make_shared<Linear>(1, 1)); }),
              HasSubstr("\"first\" is taken"));
  EXPECT_THAT(message_of([&] { block.register_parameter("a.b", ones({1})); }), HasSubstr("no name"));
  EXPECT_THAT(message_of([&] { block.register_buffer("", ones({1})); }), HasSubstr("no name"));
  EXPECT_THAT(message_of([&] { block.add_child("x", nullptr); }), HasSubstr("null"));
}

TEST(Module, StateDictRoundTripThroughAFile) {
  auto a = small_net(), b = small_net();
  TempFolder folder;
  save_safetensors(folder / "net", a->state_dict());
  b->load_state_dict(load_safetensors(folder / "net").tensors);
  Tensor x = randn({5, 4});
  EXPECT_EQ(to_vector<float>(a->forward(x)), to_vector<float>(b->forward(x)));
  for (const auto& [name, t] : b->named_parameters()) EXPECT_TRUE(t.requires_grad()) << name;
  Block block;
  EXPECT_EQ(block.state_dict().size(), 8u);
}

TEST(Module, LoadErrorsListEverythingAndChangeNothing) {
  auto net = small_net();
  std::vector<float> before = to_vector<float>(net->parameters()[1]);
  std::map<std::string, Tensor> state = small_net()->state_dict();
  state.erase("0.weight");
  state["2.weight"] = ones({7});
  state["2.bias"] = Tensor();
  state["extra"] = ones({1});
  std::string message = message_of([&] { net->load_state_dict(state); });
  EXPECT_THAT(message, HasSubstr("missing: 0.weight [3, 4]"));
  EXPECT_THAT(message, HasSubstr("wrong shape: 2.weight is [7], expected [2, 3]"));
  EXPECT_THAT(message, HasSubstr("missing: 2.bias"));
  EXPECT_THAT(message, HasSubstr("unexpected: extra"));
  EXPECT_EQ(to_vector<float>(net->parameters()[1]), before);
  std::map<std::string, Tensor> more = net->state_dict();
  more["extra"] = ones({1});
  EXPECT_EQ(message_of([&] { net->load_state_dict(more, false); }), "no error");
}

TEST(Module, ToDeviceKeepsTheOptimizersHandles) {
  auto net = small_net();
  optim::SGD sgd(net->parameters(), {.lr = 0.1});
  Tensor handle = net->parameters()[0];
  std::vector<float> before = to_vector<float>(handle);
  net->to(Device("simulator"));
  EXPECT_EQ(handle.device(), Device("simulator"));
  EXPECT_TRUE(handle.requires_grad() && handle.is_leaf());
  EXPECT_EQ(to_vector<float>(handle), before);
  net->forward(randn({5, 4}, Generator(1), kF32, Device("simulator"))).sum().backward();
  ASSERT_TRUE(handle.grad().defined());
  EXPECT_EQ(handle.grad().device(), Device("simulator"));
  sgd.step();
  EXPECT_NE(to_vector<float>(net->parameters()[0]), before);
  EXPECT_EQ(net->state_dict()["0.weight"].device(), Device("simulator"));
  net->to(Device("cpu"));
  EXPECT_TRUE(net->forward(randn({1, 4})).device().is_cpu());
}

TEST(Module, ToDtypeLeavesIntegersAndDropsGradients) {
  Block block;
  block.first->forward(ones({1, 2})).sum().backward();
  block.to(kF64);
  EXPECT_EQ(block.scale.dtype(), kF64);
  EXPECT_EQ(block.norm->running_mean.dtype(), kF64);
  EXPECT_EQ(block.count.dtype(), kI64);
  EXPECT_FALSE(block.first->weight.grad().defined());
  EXPECT_THAT(message_of([&] { block.to(kI32); }), HasSubstr("floating dtype, got i32"));
}

TEST(Module, TrainAndEval) {
  auto drop = std::make_shared<Dropout>(0.5);
  Sequential net(drop);
  EXPECT_TRUE(drop->is_training());
  Tensor x = ones({1000});
  EXPECT_NE(to_vector<float>(net.forward(x)), to_vector<float>(x));
  net.eval();
  EXPECT_FALSE(drop->is_training());
  EXPECT_EQ(to_vector<float>(net.forward(x)), to_vector<float>(x));
  Sequential late;
  late.eval();
  late.append(std::make_shared<Dropout>(0.5));
  EXPECT_FALSE(late.children()[0].second->is_training());

  BatchNorm2d norm(2);
  Tensor y = randn({4, 2, 3, 3}) * 3 + 5;
  norm.forward(y);
  std::vector<float> moved = to_vector<float>(norm.running_mean);
  EXPECT_NEAR(moved[0], 0.1 * y.select(1, 0).mean().item<double>(), 1e-5);
  norm.eval();
  norm.forward(y);
  EXPECT_EQ(to_vector<float>(norm.running_mean), moved);
}

TEST(Module, Text) {
  EXPECT_EQ(small_net()->str(), "Sequential(\n  (0): Linear(4, 3)\n  (1): Tanh()\n  (2): Linear(3, 2)\n)");
  Sequential outer(small_net(), std::make_shared<Linear>(2, 1, false));
  EXPECT_EQ(outer.str(),
            "Sequential(\n  (0): Sequential(\n    (0): Linear(4, 3)\n    (1): Tanh()\n    (2): Linear(3, 2)\n  )\n"
            "  (1): Linear(2, 1, bias=false)\n)");
  EXPECT_EQ(Conv2d(2, 4, 3).str(), "Conv2d(2, 4, kernel_size=[3, 3], stride=[1, 1], padding=[0, 0])");
  EXPECT_EQ(Embedding(5, 3).str(), "Embedding(5, 3)");
  EXPECT_EQ(LayerNorm({3}).str(), "LayerNorm([3], eps=1e-05)");
  EXPECT_EQ(MaxPool2d({2, 2}).str(), "MaxPool2d([2, 2])");
  EXPECT_THAT(MultiheadAttention(8, 2).str(), HasSubstr("MultiheadAttention(8, heads=2)(\n  (query): Linear(8, 8)"));
}

TEST(Module, ConstructionErrors) {
  EXPECT_THAT(message_of([] { Linear(0, 2); }), HasSubstr("Linear"));
  EXPECT_THAT(message_of([] { Conv2d(3, 4, {1, 2, 3}); }), HasSubstr("kernel_size"));
  EXPECT_THAT(message_of([] { Conv2d(3, 4, 3, {.groups = 2}); }), HasSubstr("groups 2"));
  EXPECT_THAT(message_of([] { Embedding(3, 4, 3); }), HasSubstr("padding_idx 3"));
  EXPECT_THAT(message_of([] { Dropout(1.5); }), HasSubstr("probability"));
  EXPECT_THAT(message_of([] { MultiheadAttention(6, 4); }), HasSubstr("4 heads do not divide width 6"));
  EXPECT_THAT(message_of([] { BatchNorm2d(2).forward(ones({2, 2})); }), HasSubstr("4 dimensions"));
  EXPECT_NE(message_of([] { Linear(4, 2).forward(ones({3, 5})); }), "no error");
}

TEST(Gradients, Layers) {
  check_layer(Linear(3, 2), input({4, 3}));
  check_layer(Linear(3, 2, false), input({2, 2, 3}));
  check_layer(Conv2d(2, 4, {3, 2}, {.stride = {2, 1}, .padding = {1, 0}, .groups = 2}), input({2, 2, 5, 4}));
  check_layer(BatchNorm2d(2), input({3, 2, 2, 2}));
  BatchNorm2d fixed(2);
  fixed.eval();
  check_layer(fixed, input({3, 2, 2, 2}));
  check_layer(LayerNorm({2, 3}), input({2, 2, 3}));
  check_layer(LayerNorm(3, 1e-5, false), input({4, 3}));
  check_layer(Embedding(5, 3), tensor({{0, 4}, {2, 2}}));
  check_layer(MaxPool2d(2), input({1, 2, 4, 4}));
  check_layer(AvgPool2d({2, 3}, IntArray{1, 2}, IntArray{1, 1}), input({1, 2, 4, 5}));
  check_layer(Flatten(), input({2, 3, 2}));
  check_layer(*small_net(), input({3, 4}));
  Dropout drop(0.5);
  drop.eval();
  check_layer(drop, input({4}));
}

TEST(Gradients, Activations) {
  Tensor x = input({3, 4});
  check_layer(ReLU(), x);
  check_layer(SiLU(), x);
  check_layer(Tanh(), x);
  check_layer(Sigmoid(), x);
  check_layer(GELU(), x);
  check_layer(GELU("tanh"), x);
  check_layer(Softmax(1), x);
}

TEST(Gradients, EmbeddingPaddingTakesNone) {
  Embedding table(4, 2, 1);
  EXPECT_THAT(to_vector<float>(table.weight.select(0, 1)), ElementsAre(0, 0));
  table.forward(tensor({1, 3, 1})).sum().backward();
  EXPECT_THAT(to_vector<float>(table.weight.grad()), ElementsAre(0, 0, 0, 0, 0, 0, 1, 1));
}

TEST(Gradients, Losses) {
  Tensor x = input({3, 4}), y = rand({3, 4}, Generator(2), kF64), target = tensor(std::vector<std::int64_t>{0, 3, 1});
  for (std::string reduction : {"mean", "sum", "none"}) {
    auto check = [&](auto loss, const Tensor& goal) {
      gradcheck([&](const std::vector<Tensor>& in) { return std::vector<Tensor>{loss.forward(in[0], goal)}; },
                {x.detach().clone().requires_grad_()});
    };
    EXPECT_EQ(message_of([&] { check(MSELoss(reduction), y); }), "no error");
    EXPECT_EQ(message_of([&] { check(L1Loss(reduction), y); }), "no error");
    EXPECT_EQ(message_of([&] { check(BCEWithLogitsLoss(reduction), y); }), "no error");
    EXPECT_EQ(message_of([&] { check(CrossEntropyLoss(reduction, 0.1), target); }), "no error");
  }
  EXPECT_NE(message_of([&] { MSELoss("median").forward(x, y); }), "no error");
}

TEST(MultiheadAttention, AgreesWithTheOperatorsAndItsGradient) {
  MultiheadAttention attention(4, 2);
  attention.to(kF64);
  std::map<std::string, Tensor> w = attention.state_dict();
  Tensor q = input({2, 3, 4}), kv = input({2, 5, 4});
  auto heads = [&](const Tensor& x, const std::string& name) {
    Tensor y = matmul(x, w.at(name + ".weight").transpose(0, 1)) + w.at(name + ".bias");
    return y.reshape({2, -1, 2, 2}).transpose(1, 2);
  };
  auto expected = [&](const Tensor& mask) {
    Tensor scores = matmul(heads(q, "query"), heads(kv, "key").transpose(2, 3)) / std::sqrt(2.0);
    if (mask.defined()) scores = where(mask, scores, full({1}, -1e300, kF64));
    Tensor mixed = matmul(softmax(scores, -1), heads(kv, "value")).transpose(1, 2).reshape({2, 3, 4});
    return matmul(mixed, w.at("out.weight").transpose(0, 1)) + w.at("out.bias");
  };
  expect_close(attention.forward(q, kv, kv), expected({}));
  Tensor mask =
      tensor({{true, false, true, true, false}, {true, true, true, true, true}, {false, false, false, false, true}});
  expect_close(attention.forward(q, kv, kv, mask), expected(mask));
  // Causal: the first step sees itself alone.
  Tensor first = attention.forward(q, true).select(1, 0);
  expect_close(first, attention.forward(q.slice(1, 0, 1)).select(1, 0));
  EXPECT_EQ(
      message_of([&] { check_gradients(attention, q, [&](const Tensor& x) { return attention.forward(x, true); }); }),
      "no error");
  EXPECT_THAT(message_of([&] {
                attention.forward(ones({2, 4}, kF64));
              }),
              HasSubstr("expected (batch, time, 4), got [2, 4]"));
}

TEST(Init, RangesAndMoments) {
  Tensor t = empty({200, 100});
  uniform_(t, -2, 3, Generator(1));
  EXPECT_GE(-highest(-t), -2);
  EXPECT_LT(highest(t), 3);
  EXPECT_NEAR(t.mean().item<double>(), 0.5, 0.05);
  normal_(t, 1, 2, Generator(1));
  EXPECT_NEAR(t.mean().item<double>(), 1, 0.05);
  trunc_normal_(t, 0, 1, -1, 1.5, Generator(1));
  EXPECT_GE(-highest(-t), -1);
  EXPECT_LE(highest(t), 1.5);
  kaiming_uniform_(t, 0, Generator(1));
  EXPECT_LE(highest(abs(t)), std::sqrt(6.0 / 100) + 1e-6);
  xavier_uniform_(t, 1, Generator(1));
  EXPECT_LE(highest(abs(t)), std::sqrt(6.0 / 300) + 1e-6);
  EXPECT_THAT(message_of([] { kaiming_normal_(empty({3})); }), HasSubstr("at least 2 dimensions"));
}

}  // namespace
}  // namespace sy::nn
