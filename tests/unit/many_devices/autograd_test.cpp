// Graphs whose parts lie on several devices: gradients arrive where their leaves are.
#include <gmock/gmock.h>

#include "../autograd/values.h"
#include "../message_of.h"
#include "../threads.h"
#include "devices.h"
#include "switchyard/autograd/checkpoint.h"
#include "switchyard/autograd/function.h"
#include "switchyard/autograd/gradcheck.h"
#include "switchyard/dispatch/current_device.h"
#include "switchyard/tensor/from_blob.h"
#include "switchyard/tensor/indexing.h"

namespace sy {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

Tensor leaf_on(Device device, const std::vector<double>& numbers) { return vec(numbers).to(device).requires_grad_(); }

class GradientOn : public OnDevice {};
INSTANTIATE_TEST_SUITE_P(Devices, GradientOn, testing::ValuesIn(device_names()), test_name);

/// Through every device in turn: on each, the value is multiplied by that device's own leaf.
Tensor round_trip(Tensor x, const std::vector<Tensor>& leaves) {
  for (const Tensor& w : leaves) x = x.to(w.device()) * w;
  return x;
}

TEST_P(GradientOn, ThroughAllDevicesAndBack) {
  Tensor x = leaf_on(device(), {1, 2, 3});
  std::vector<Tensor> leaves;
  double product = 1;
  for (Device d : all_devices()) {
    double factor = 1 + 0.5 * static_cast<double>(leaves.size());
    leaves.push_back(leaf_on(d, {factor, factor, factor}));
    product *= factor;
  }
  Tensor y = round_trip(x, leaves).to(device());
  for (int pass = 1; pass <= 3; ++pass) {  // they add up
    y.sum().backward({}, true);
    EXPECT_EQ(x.grad().device(), device());
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(values(x.grad())[i], pass * product, 1e-9);
    for (std::size_t k = 0; k < leaves.size(); ++k) {
      double factor = 1 + 0.5 * static_cast<double>(k);
      ASSERT_EQ(leaves[k].grad().device(), leaves[k].device());
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(values(leaves[k].grad())[i], pass * product / factor * static_cast<double>(i + 1), 1e-9);
      }
    }
  }
}

TEST_P(GradientOn, OneLeafUsedOnEveryDevice) {
  Tensor x = leaf_on(device(), {1, 2});
  Tensor total = zeros({}, kF64, device());
  for (Device d : all_devices()) {
    Tensor there = x.to(d);
    total = total + (there * there).sum().to(device());
  }
  total.backward();
  auto n = static_cast<double>(all_devices().size());
  EXPECT_THAT(values(x.grad()), ElementsAre(2 * n, 4 * n));
  EXPECT_EQ(x.grad().device(), device());
}

TEST_P(GradientOn, CopyGivesItToBothSides) {
  for (Device from : all_devices()) {
    Tensor x = leaf_on(device(), {1, 2, 3, 4, 5, 6}), src = leaf_on(from, {10, 20});
    Tensor y = (x * 2).reshape({3, 2});
    Tensor middle = y.select(0, 1);
    middle.copy_(src * 3);  // a view of a recorded tensor
    EXPECT_THAT(values(y), ElementsAre(2, 4, 30, 60, 10, 12));
    (y * y).sum().backward();
    EXPECT_THAT(values(x.grad()), ElementsAre(8, 16, 0, 0, 40, 48));
    EXPECT_THAT(values(src.grad()), ElementsAre(180, 360));
    EXPECT_EQ(x.grad().device(), device());
    EXPECT_EQ(src.grad().device(), from);
  }
}

TEST_P(GradientOn, CopyReducesAndConvertsOnTheWayBack) {
  for (Device from : all_devices()) {
    Tensor src = vec({1, 2}).to(kF32).to(from).requires_grad_();
    Tensor y = zeros({3, 2}, kF64, device());
    y.copy_(src);
    EXPECT_TRUE(y.requires_grad());
    y.backward(make({1, 2, 3, 4, 5, 6}, {3, 2}).to(device()));
    EXPECT_THAT(values(src.grad()), ElementsAre(9, 12));
    EXPECT_EQ(src.grad().dtype(), kF32);
    EXPECT_EQ(src.grad().device(), from);
  }
}

TEST_P(GradientOn, CopyIntoALeafIsRefused) {
  for (Device from : all_devices()) {
    Tensor x = leaf_on(device(), {1, 2}), src = ones({2}, kF64, from);
    EXPECT_EQ(message_of([&] { x.copy_(src); }),
              "copy_: a leaf tensor that needs a gradient cannot be changed in place while recording");
    EXPECT_EQ(message_of([&] { x.select(0, 1).copy_(src.select(0, 0)); }),
              "copy_: a view of a leaf tensor that needs a gradient cannot be changed in place while recording");
    NoGrad no_grad;
    x.copy_(src);
    EXPECT_THAT(values(x), Each(1));
  }
}

TEST_P(GradientOn, WhatWasSavedMayNotBeCopiedOver) {
  for (Device from : all_devices()) {
    Tensor x = leaf_on(device(), {1, 2}), saved = x * 1;
    Tensor y = (saved * saved).sum();
    saved.copy_(ones({2}, kF64, from));
    EXPECT_THAT(message_of([&] { y.backward(); }), HasSubstr("copy_"));
  }
}

TEST_P(GradientOn, IndicesAndValuesFromElsewhere) {
  for (Device from : all_devices()) {
    Tensor x = leaf_on(device(), {1, 2, 3, 4}), v = leaf_on(from, {10, 20});
    Tensor where = tensor<std::int64_t>({3, 0}).to(from);
    Tensor picked = x[{where}];
    EXPECT_EQ(picked.device(), device());
    EXPECT_THAT(values(picked), ElementsAre(4, 1));
    Tensor y = x * 1;
    y.put({where}, v);
    y.put({gt(x.detach(), 2.5).to(from)}, v.select(0, 0) * 2);
    EXPECT_THAT(values(y), ElementsAre(20, 2, 20, 20));
    (picked.sum() + (y * y).sum()).backward();
    EXPECT_THAT(values(x.grad()), ElementsAre(1, 4, 0, 1));
    EXPECT_THAT(values(v.grad()), ElementsAre(160, 40));
    EXPECT_EQ(v.grad().device(), from);
  }
}

TEST_P(GradientOn, ANumberOnTheCpuJoins) {
  Tensor x = leaf_on(device(), {1, 2}), scale = full({}, 3, kF64, Device()).requires_grad_();
  Tensor y = x * scale + scale;
  EXPECT_EQ(y.device(), device());
  y.sum().backward();
  EXPECT_THAT(values(scale.grad()), ElementsAre(5));
  EXPECT_EQ(scale.grad().device(), Device());
  EXPECT_THAT(values(x.grad()), ElementsAre(3, 3));
}

TEST_P(GradientOn, OfGradients) {
  Tensor x = leaf_on(device(), {0.5, 2});
  Tensor y = x;
  for (Device d : all_devices()) y = y.to(d) * x.to(d);  // x to the power of 1 + their number
  auto n = static_cast<double>(all_devices().size());
  Tensor first = grad({y.sum()}, {x}, {}, true, true)[0];
  EXPECT_EQ(first.device(), device());
  EXPECT_NEAR(values(first)[1], (n + 1) * std::pow(2, n), 1e-9);
  Tensor second = grad({first.sum()}, {x}, {}, true, true)[0];
  EXPECT_EQ(second.device(), device());
  EXPECT_NEAR(values(second)[0], (n + 1) * n * std::pow(0.5, n - 1), 1e-9);
  Tensor third = grad({second.sum()}, {x})[0];
  EXPECT_NEAR(values(third)[1], (n + 1) * n * (n - 1) * std::pow(2, n - 2), 1e-9);
}

TEST_P(GradientOn, CopyAgreesWithDifferences) {
  for (Device from : all_devices()) {
    Tensor x = leaf_on(device(), {1, 2, 3}), src = leaf_on(from, {0.5});
    auto fn = [](const std::vector<Tensor>& in) {
      Tensor y = in[0] * in[0];
      y.slice(0, 1).copy_(exp(in[1]));
      return std::vector<Tensor>{y * y};
    };
    EXPECT_EQ(message_of([&] { gradcheck(fn, {x, src}); }), "no error");
    EXPECT_EQ(message_of([&] { gradgradcheck(fn, {x, src}); }), "no error");
  }
}

/// a^2 on another device, and 3 a where a is.
struct Split : Function<Split> {
  static std::vector<Tensor> forward(FunctionContext& c, const Tensor& a, const Device& other) {
    c.save_for_backward({a});
    return {(a * a).to(other), a * 3};
  }
  static std::vector<Tensor> backward(FunctionContext& c, std::vector<Tensor> grads) {
    Tensor a = c.saved()[0];
    return {grads[0].to(a.device()) * a * 2 + grads[1] * 3};
  }
};

TEST_P(GradientOn, OfAFunctionWithResultsOnTwoDevices) {
  for (Device other : all_devices()) {
    Tensor x = leaf_on(device(), {1, 2});
    std::vector<Tensor> parts = Split::apply(x, other);
    EXPECT_EQ(parts[0].device(), other);
    (parts[0].sum().to(device()) + parts[1].sum()).backward();
    EXPECT_THAT(values(x.grad()), ElementsAre(5, 7));
  }
}

// Its backward works on both devices; either gradient comes late, from a stream of its own.
TEST_P(GradientOn, OfAFunctionOnStreamsOfTwoDevices) {
  for (Device other : all_devices()) {
    if (other == device()) continue;
    for (bool first : {false, true}) {
      Tensor x = leaf_on(device(), {1, 2});
      Stream here = Stream::create(device()), there = Stream::create(other);
      synchronize(device());
      SlowSimulators slow("1000");
      Tensor loss;
      {
        StreamGuard on_here(here), on_there(there);
        std::vector<Tensor> parts = Split::apply(x, other);
        Tensor& late = parts[first ? 0 : 1];
        for (int i = 0; i < 4; ++i) late = late * 2;
        loss = parts[0].sum().to(device()) + parts[1].sum();
        here.synchronize();
        there.synchronize();
      }
      loss.backward();
      EXPECT_THAT(values(x.grad()), first ? ElementsAre(35, 67) : ElementsAre(50, 52)) << other.str();
    }
  }
}

TEST_P(GradientOn, TheCallersDeviceAndStreamsStay) {
  Tensor x = leaf_on(device(), {1, 2});
  DeviceGuard guard("simulator:2");
  Stream side = Stream::create("simulator:0");
  StreamGuard current(side);
  Tensor y = x;
  for (Device d : all_devices()) y = y.to(d) * 2;
  y.sum().backward();
  EXPECT_EQ(current_device(), Device("simulator:2"));
  EXPECT_EQ(current_stream("simulator:0"), side);
  EXPECT_EQ(current_stream("simulator:3"), Stream("simulator:3"));
  x.register_hook([](const Tensor&) -> Tensor { fail(ErrorCode::kInvalidArgument, "stop"); });
  y = x;
  for (Device d : all_devices()) y = y.to(d) * 2;
  EXPECT_EQ(message_of([&] { y.sum().backward(); }), "stop");
  EXPECT_EQ(current_device(), Device("simulator:2"));
  EXPECT_EQ(current_stream("simulator:0"), side);
  side.synchronize();
}

// What the function of a checkpoint makes lies where it lay in the first run, wherever backward is called.
TEST_P(GradientOn, ACheckpointRunsAgainOnItsDevice) {
  Tensor x = leaf_on(device(), {1, 2}), y;
  {
    DeviceGuard guard(device());
    y = checkpoint([](const Tensor& t) { return t * full({2}, 3, kF64) * t; }, x);
  }
  DeviceGuard elsewhere("simulator:1");
  y.sum().backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(6, 12));
}

TEST(GradientsAcross, AnotherShapeThanANumbersIsStillAMistake) {
  struct Wrong : Function<Wrong> {
    static Tensor forward(FunctionContext&, const Tensor& a) { return a * 2; }
    static std::vector<Tensor> backward(FunctionContext&, std::vector<Tensor> grads) {
      return {grads[0].to(Device("simulator:0"))};
    }
  };
  Tensor x = leaf({1, 2});
  EXPECT_THAT(message_of([&] { Wrong::apply(x).sum().backward(); }),
              HasSubstr("gradient on simulator:0 for a tensor on cpu:0"));
}

// Several threads, one graph over all devices, into the same leaves.
TEST(GradientsAcross, BackwardInThreads) {
  std::vector<Tensor> leaves;
  for (Device d : all_devices()) leaves.push_back(leaf_on(d, {2, 2}));
  Tensor x = leaf({1, 3});
  Tensor y = round_trip(x, leaves).cpu().sum();
  constexpr int kThreads = 4, kRounds = 5;
  on_threads(kThreads, [&](int) {
    for (int i = 0; i < kRounds; ++i) y.backward({}, true);
  });
  double power = std::pow(2, static_cast<double>(leaves.size())), n = kThreads * kRounds;
  EXPECT_THAT(values(x.grad()), ElementsAre(n * power, n * power));
  for (const Tensor& w : leaves) {
    EXPECT_THAT(values(w.grad()), ElementsAre(n * power / 2, n * power * 3 / 2)) << w.device().str();
    EXPECT_EQ(w.grad().device(), w.device());
  }
}

// A view whose base was changed: its own step backwards goes to the stream of the forward pass, as all others.
TEST(GradientsAcross, AViewOfAChangedBaseOnAnotherStream) {
  Device device("simulator:3");
  Tensor x = leaf_on(device, {1, 2, 3, 4});
  Stream side = Stream::create(device);
  synchronize(device);
  Tensor loss;
  {
    StreamGuard guard(side);
    Tensor base = x * 1, view = base.slice(0, 1, 3);
    base.mul_(base.detach() + 1);
    loss = (view * view).sum();
  }
  side.synchronize();
  SlowSimulators slow("3000");
  loss.backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(0, 36, 96, 0));
}

// The parts of one graph on streams of their own, every task late: a step that did not wait would read too early.
TEST(GradientsAcross, StreamsOfAllDevicesWaitForEachOther) {
  SlowSimulators slow("0-800");
  for (int round = 0; round < 5; ++round) {
    std::vector<Stream> streams;
    for (Device d : all_devices()) streams.push_back(Stream::create(d));
    std::vector<Tensor> leaves;
    for (Device d : all_devices()) leaves.push_back(leaf_on(d, {2, 3}));
    for (Device d : all_devices()) synchronize(d);
    Tensor total;
    {
      std::vector<std::unique_ptr<StreamGuard>> guards;
      for (const Stream& s : streams) guards.push_back(std::make_unique<StreamGuard>(s));
      for (const Tensor& a : leaves) {
        Tensor sum = (a * a).sum();
        for (const Tensor& b : leaves) sum = (a.to(b.device()) * b).sum() + sum.to(b.device());
        sum = sum.cpu();
        total = total.defined() ? total + sum : sum;
      }
      while (!guards.empty()) guards.pop_back();
    }
    total.backward();
    // d/da of a^2 + 2 a sum(b), where b runs over all leaves
    auto n = static_cast<double>(leaves.size());
    for (const Tensor& a : leaves) {
      EXPECT_THAT(values(a.grad()), ElementsAre(4 + 2 * n * 2, 6 + 2 * n * 3)) << a.device().str();
    }
  }
}

}  // namespace
}  // namespace sy
