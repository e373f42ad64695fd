// Outputs against PyTorch's for the same weights and inputs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "switchyard/switchyard.h"

namespace sy {
namespace {

/// sin(0.37 i) in f64, as the reference values were computed.
Tensor ramp(IntArray shape) {
  std::int64_t n = 1;
  for (std::int64_t s : shape) n *= s;
  return sin(arange(0, n, 1, kF64) * 0.37).reshape(shape);
}

void expect_near(const Tensor& t, const std::vector<double>& expected) {
  EXPECT_THAT(to_vector<double>(t), testing::Pointwise(testing::DoubleNear(1e-8), expected));
}

void assign_parameter(const Tensor& parameter, const Tensor& value) {
  NoGrad no_grad;
  parameter.copy_(value);
}

TEST(PyTorch, Linear) {
  nn::Linear layer(3, 4);
  layer.to(kF64);
  assign_parameter(layer.weight, ramp({4, 3}) + 0.1);
  assign_parameter(layer.bias, ramp({4}));
  expect_near(layer(ramp({2, 3})), {0.6890202428, 1.4735078972, 1.0891546473, 0.2678121626, 1.2935876042, 3.3650057132,
                                    2.3685444671, -0.284090212});
  expect_near(layer(ramp({3, 2}).transpose(0, 1)), to_vector<double>(layer(ramp({3, 2}).transpose(0, 1).contiguous())));
}

TEST(PyTorch, LayerNorm) {
  nn::LayerNorm layer(3);
  layer.to(kF64);
  assign_parameter(layer.weight, tensor({1., 2., 3.}));
  assign_parameter(layer.bias, tensor({0., 0.1, 0.2}));
  expect_near(layer(ramp({2, 3})),
              {-1.2531948834, 0.2184184964, 3.7819569108, -1.3260993263, 2.2566534627, 0.94331779});
}

TEST(PyTorch, BatchNorm2d) {
  nn::BatchNorm2d layer(2);
  layer.to(kF64);
  Tensor x = ramp({2, 2, 2, 2});
  expect_near(layer(x), {-0.1375836172, 0.5320301067, 1.1110147543, 1.5210074697, 1.1868729003, 1.1468487311,
                         0.9563488637, 0.6411565615, 0.1968317002, -0.484402547, -1.118696479, -1.6202013878,
                         -1.0788795947, -1.1160160787, -0.9973601245, -0.7389712588});
  expect_near(layer.running_mean, {0.0074300089, -0.0030311554});
  expect_near(layer.running_var, {0.9333289993, 0.9854348963});
  layer.eval();
  expect_near(layer(x), {-0.0076907665, 0.3666156303, 0.6902614123, 0.9194426411, 1.0062619665, 0.9714016976,
                         0.8054800373, 0.5309537038, 0.179243563, -0.2015585732, -0.5561216112, -0.8364571072,
                         -0.9671641625, -0.999509314, -0.8961622975, -0.6711106469});
}

TEST(PyTorch, Conv2d) {
  nn::Conv2d layer(2, 2, 3, {.stride = {2, 2}, .padding = {1, 1}});
  layer.to(kF64);
  assign_parameter(layer.weight, ramp({2, 2, 3, 3}));
  assign_parameter(layer.bias, tensor({0.1, 0.2}));
  expect_near(layer(ramp({1, 2, 4, 4})), {1.1781011756, 1.2527620525, -1.242035692, -1.9377845997, 1.1699642139,
                                          1.6287895309, -0.84253972, -2.0297095221});
}

TEST(PyTorch, Pooling) {
  Tensor x = ramp({1, 2, 4, 4});
  nn::MaxPool2d max(2);
  nn::AvgPool2d avg(2);
  expect_near(max(x), {0.9958808445, 0.8956986857, 0.1805962679, -0.5298361409, 0.9964756147, 0.9593748339,
                       0.5182282059, -0.1939843613});
  expect_near(avg(x), {0.5796928699, 0.7226491028, -0.491267288, -0.7230976149, 0.3866861977, 0.6997667916,
                       -0.2693887871, -0.6534238757});
}

struct Attention : nn::Layer {
  explicit Attention(bool causal) : causal_(causal) { inner = register_module<nn::MultiheadAttention>("inner", 4, 2); }
  Tensor forward(const Tensor& x) override { return inner->forward(x, causal_); }
  std::shared_ptr<nn::MultiheadAttention> inner;
  bool causal_;
};

TEST(PyTorch, MultiheadAttention) {
  const std::vector<double> open{-0.9877340086, 0.7810181618, 1.2511086584, -0.3271307415, -1.1378087661, 0.8729158099,
                                 1.417848434,   -0.388791257, 0.0260513393, 0.1972459007,  0.131460152,   0.0536008217};
  const std::vector<double> causal{-1.0315345989, 0.5401772341, 1.2512343724, -0.0862670164,
                                   -1.2315322681, 0.8947673641, 1.5155345678, -0.3929280903,
                                   0.0260513393,  0.1972459007, 0.131460152,  0.0536008217};
  for (bool masked : {false, true}) {
    Attention layer(masked);
    layer.to(kF64);
    Tensor w = ramp({4, 4}), biases = ramp({12}) * 0.1;
    std::map<std::string, Tensor> state{{"inner.query.weight", w * 0.5},
                                        {"inner.key.weight", w * 0.6},
                                        {"inner.value.weight", w * 0.7},
                                        {"inner.out.weight", w * 0.8},
                                        {"inner.query.bias", biases[{Slice(0, 4)}]},
                                        {"inner.key.bias", biases[{Slice(4, 8)}]},
                                        {"inner.value.bias", biases[{Slice(8, 12)}]},
                                        {"inner.out.bias", ramp({4}) * 0.2}};
    layer.load_state_dict(state);
    Tensor x = ramp({1, 3, 4});
    expect_near(layer(x), masked ? causal : open);
    Tensor mask = tensor({{true, false, false}, {true, true, false}, {true, true, true}});
    expect_near(layer.inner->forward(x, x, x, mask), causal);
  }
}

TEST(PyTorch, Losses) {
  Tensor logits = ramp({3, 4}), target = tensor<std::int64_t>({0, 2, 3});
  expect_near(nn::CrossEntropyLoss().forward(logits, target), {1.7567670584});
  expect_near(nn::CrossEntropyLoss("mean", 0.1).forward(logits, target), {1.7243622933});
  expect_near(nn::CrossEntropyLoss().forward(logits, tensor<std::int64_t>({0, -100, 3})), {1.92226386});
  expect_near(nn::MSELoss().forward(logits, logits * 0.5), {0.1083783682});
  expect_near(nn::L1Loss("sum").forward(logits, logits * 0.5), {3.4538808726});
  expect_near(nn::BCEWithLogitsLoss().forward(logits, (logits > 0).to(kF64)), {0.457997803});
}

}  // namespace
}  // namespace sy
