// Values are PyTorch's for the same inputs; gradients by gradcheck.
#include "testing.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Gradients for the input and for every parameter, in place: modules keep their handles, which gradcheck would replace.
void check_gradients(nn::Layer& layer, const Tensor& input) {
  layer.to(kF64);
  layer.zero_grad();
  Tensor x = input.detach().clone().requires_grad_();
  Tensor weights = cos(arange(0, layer(x).numel(), 1, kF64)) + 0.5;
  auto loss = [&] { return (layer(x).reshape({-1}) * weights).sum(); };
  loss().backward();
  std::vector<Tensor> inputs = layer.parameters();
  inputs.push_back(x);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::vector<double> analytic = to_vector<double>(inputs[i].grad());
    for (std::size_t e = 0; e < analytic.size(); ++e) {
      NoGrad no_grad;
      double& value = inputs[i].data<double>()[e];
      double kept = value;
      value = kept + 1e-6;
      double up = loss().item<double>();
      value = kept - 1e-6;
      double down = loss().item<double>();
      value = kept;
      EXPECT_NEAR(analytic[e], (up - down) / 2e-6, 1e-6) << layer.describe() << ", tensor " << i << ", element " << e;
    }
  }
}

TEST(Linear, ValuesAndGradients) {
  nn::Linear layer(3, 4);
  layer.to(kF64);
  assign_parameter(layer.weight, ramp({4, 3}) + 0.1);
  assign_parameter(layer.bias, ramp({4}));
  expect_near(layer(ramp({2, 3})), {0.6890202428, 1.4735078972, 1.0891546473, 0.2678121626, 1.2935876042, 3.3650057132, 2.3685444671,
                                    -0.284090212});
  expect_near(layer(ramp({3, 2}).transpose(0, 1)), to_vector<double>(layer(ramp({3, 2}).transpose(0, 1).contiguous())));
  check_gradients(layer, ramp({2, 3}));
  EXPECT_EQ(layer.describe(), "Linear(3, 4)");
  EXPECT_EQ(nn::Linear(3, 4, false).parameters().size(), 1u);
  EXPECT_THAT(message_of([&] { layer(ramp({2, 5})); }), HasSubstr("linear"));
}

TEST(Embedding, RowsAndPadding) {
  nn::Embedding table(5, 3, 2);
  table.to(kF64);
  Tensor rows = table(tensor<std::int64_t>({{4, 2}, {4, 0}}));
  EXPECT_EQ(shape_of(rows), (std::vector<std::int64_t>{2, 2, 3}));
  expect_near(rows[{0, 1}], {0, 0, 0});
  rows.sum().backward();
  expect_near(table.weight.grad().sum(1), {3, 0, 0, 0, 6});
  EXPECT_THAT(message_of([&] { table(tensor<std::int64_t>({5})); }), HasSubstr("5"));
}

TEST(LayerNorm, ValuesAndGradients) {
  nn::LayerNorm layer(3);
  layer.to(kF64);
  assign_parameter(layer.weight, tensor({1., 2., 3.}));
  assign_parameter(layer.bias, tensor({0., 0.1, 0.2}));
  expect_near(layer(ramp({2, 3})), {-1.2531948834, 0.2184184964, 3.7819569108, -1.3260993263, 2.2566534627, 0.94331779});
  check_gradients(layer, ramp({2, 3}));
}

TEST(BatchNorm2d, TrainsAndEvaluates) {
  nn::BatchNorm2d layer(2);
  layer.to(kF64);
  Tensor x = ramp({2, 2, 2, 2});
  expect_near(layer(x), {-0.1375836172, 0.5320301067, 1.1110147543, 1.5210074697, 1.1868729003, 1.1468487311, 0.9563488637, 0.6411565615,
                         0.1968317002, -0.484402547, -1.118696479, -1.6202013878, -1.0788795947, -1.1160160787, -0.9973601245,
                         -0.7389712588});
  expect_near(layer.running_mean, {0.0074300089, -0.0030311554});
  expect_near(layer.running_var, {0.9333289993, 0.9854348963});
  layer.eval();
  expect_near(layer(x), {-0.0076907665, 0.3666156303, 0.6902614123, 0.9194426411, 1.0062619665, 0.9714016976, 0.8054800373, 0.5309537038,
                         0.179243563, -0.2015585732, -0.5561216112, -0.8364571072, -0.9671641625, -0.999509314, -0.8961622975,
                         -0.6711106469});
  check_gradients(layer, x);
  layer.train();
  check_gradients(layer, x);
  EXPECT_THAT(message_of([&] { layer(ramp({2, 2})); }), HasSubstr("4 dimensions"));
}

TEST(Conv2d, ValuesAndGradients) {
  nn::Conv2d layer(2, 2, 3, {.stride = {2, 2}, .padding = {1, 1}});
  layer.to(kF64);
  assign_parameter(layer.weight, ramp({2, 2, 3, 3}));
  assign_parameter(layer.bias, tensor({0.1, 0.2}));
  expect_near(layer(ramp({1, 2, 4, 4})), {1.1781011756, 1.2527620525, -1.242035692, -1.9377845997, 1.1699642139, 1.6287895309, -0.84253972,
                                          -2.0297095221});
  check_gradients(layer, ramp({1, 2, 4, 4}));
  nn::Conv2d grouped(4, 2, {1, 2}, {.groups = 2, .bias = false});
  EXPECT_EQ(shape_of(grouped.weight), (std::vector<std::int64_t>{2, 2, 1, 2}));
  EXPECT_THAT(message_of([] { nn::Conv2d(3, 2, 3, {.groups = 2}); }), HasSubstr("groups 2"));
}

TEST(Pooling, ValuesAndGradients) {
  Tensor x = ramp({1, 2, 4, 4});
  nn::MaxPool2d max(2);
  nn::AvgPool2d avg(2);
  expect_near(max(x), {0.9958808445, 0.8956986857, 0.1805962679, -0.5298361409, 0.9964756147, 0.9593748339, 0.5182282059, -0.1939843613});
  expect_near(avg(x), {0.5796928699, 0.7226491028, -0.491267288, -0.7230976149, 0.3866861977, 0.6997667916, -0.2693887871, -0.6534238757});
  check_gradients(max, x);
  check_gradients(avg, x);
}

TEST(Activations, Gradients) {
  Tensor x = ramp({3, 4}) + 0.05;
  for (const std::shared_ptr<nn::Layer>& layer : std::initializer_list<std::shared_ptr<nn::Layer>>{
           std::make_shared<nn::ReLU>(), std::make_shared<nn::GELU>(), std::make_shared<nn::GELU>("tanh"), std::make_shared<nn::SiLU>(),
           std::make_shared<nn::Tanh>(), std::make_shared<nn::Sigmoid>(), std::make_shared<nn::Softmax>(1), std::make_shared<nn::Flatten>()}) {
    SCOPED_TRACE(layer->describe());
    check_gradients(*layer, x);
  }
}

TEST(Dropout, ScalesWhatItKeepsAndRestsInEval) {
  manual_seed(5);
  nn::Dropout layer(0.25);
  Tensor x = ones({10000});
  Tensor y = layer(x);
  double kept = (y != 0).to(kF64).mean().item<double>();
  EXPECT_NEAR(kept, 0.75, 0.02);
  EXPECT_NEAR(y.amax().item<double>(), 1 / 0.75, 1e-6);
  layer.eval();
  EXPECT_EQ(layer(x).amin().item<double>(), 1);
  EXPECT_THAT(message_of([] { nn::Dropout(1.5); }), HasSubstr("1.5"));
}

struct Attention : nn::Layer {
  explicit Attention(bool causal) : causal_(causal) { inner = register_module<nn::MultiheadAttention>("inner", 4, 2); }
  Tensor forward(const Tensor& x) override { return inner->forward(x, causal_); }
  std::shared_ptr<nn::MultiheadAttention> inner;
  bool causal_;
};

TEST(MultiheadAttention, ValuesAndGradients) {
  const std::vector<double> open{-0.9877340086, 0.7810181618, 1.2511086584, -0.3271307415, -1.1378087661, 0.8729158099,
                                 1.417848434, -0.388791257, 0.0260513393, 0.1972459007, 0.131460152, 0.0536008217};
  const std::vector<double> causal{-1.0315345989, 0.5401772341, 1.2512343724, -0.0862670164, -1.2315322681, 0.8947673641,
                                   1.5155345678, -0.3929280903, 0.0260513393, 0.1972459007, 0.131460152, 0.0536008217};
  for (bool masked : {false, true}) {
    Attention layer(masked);
    layer.to(kF64);
    Tensor w = ramp({4, 4}), biases = ramp({12}) * 0.1;
    std::map<std::string, Tensor> state{{"inner.query.weight", w * 0.5}, {"inner.key.weight", w * 0.6},
                                        {"inner.value.weight", w * 0.7}, {"inner.out.weight", w * 0.8},
                                        {"inner.query.bias", biases[{Slice(0, 4)}]}, {"inner.key.bias", biases[{Slice(4, 8)}]},
                                        {"inner.value.bias", biases[{Slice(8, 12)}]}, {"inner.out.bias", ramp({4}) * 0.2}};
    layer.load_state_dict(state);
    Tensor x = ramp({1, 3, 4});
    expect_near(layer(x), masked ? causal : open);
    Tensor mask = tensor({{true, false, false}, {true, true, false}, {true, true, true}});
    expect_near(layer.inner->forward(x, x, x, mask), causal);
    check_gradients(layer, x);
  }
  EXPECT_THAT(message_of([] { nn::MultiheadAttention(5, 2); }), HasSubstr("do not divide"));
}

TEST(Losses, Values) {
  Tensor logits = ramp({3, 4}), target = tensor<std::int64_t>({0, 2, 3});
  expect_near(nn::CrossEntropyLoss().forward(logits, target), {1.7567670584});
  expect_near(nn::CrossEntropyLoss("mean", 0.1).forward(logits, target), {1.7243622933});
  expect_near(nn::CrossEntropyLoss().forward(logits, tensor<std::int64_t>({0, -100, 3})), {1.92226386});
  expect_near(nn::MSELoss().forward(logits, logits * 0.5), {0.1083783682});
  expect_near(nn::L1Loss("sum").forward(logits, logits * 0.5), {3.4538808726});
  expect_near(nn::BCEWithLogitsLoss().forward(logits, (logits > 0).to(kF64)), {0.457997803});
}

TEST(Init, Distributions) {
  Tensor w = empty({200, 100}, kF64);
  Generator g(3);
  auto spread = [&] { return w.std().item<double>(); };
  nn::kaiming_uniform_(w, 0, g);
  EXPECT_NEAR(spread(), std::sqrt(2 / 100.), 0.003);
  EXPECT_LE(w.abs().amax().item<double>(), std::sqrt(6 / 100.));
  nn::kaiming_normal_(w, 0, g);
  EXPECT_NEAR(spread(), std::sqrt(2 / 100.), 0.003);
  nn::xavier_uniform_(w, 1, g);
  EXPECT_NEAR(spread(), std::sqrt(2 / 300.), 0.003);
  nn::xavier_normal_(w, 1, g);
  EXPECT_NEAR(spread(), std::sqrt(2 / 300.), 0.003);
  nn::trunc_normal_(w, 1, 2, 0, 1.5, g);
  EXPECT_GE(w.amin().item<double>(), 0);
  EXPECT_LE(w.amax().item<double>(), 1.5);
  std::vector<double> once = to_vector<double>(nn::normal_(w, 0, 1, Generator(9)));
  EXPECT_EQ(to_vector<double>(nn::normal_(w, 0, 1, Generator(9))), once);
  EXPECT_EQ(nn::ones_(w).sum().item<double>(), 20000);
  EXPECT_THAT(message_of([] { nn::xavier_normal_(empty({3})); }), HasSubstr("[3]"));
}

}  // namespace
}  // namespace sy
