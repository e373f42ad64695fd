// Threads with devices and streams of their own, all at once.
#include "../threads.h"

#include <gmock/gmock.h>

#include <atomic>

#include "../autograd/values.h"
#include "../message_of.h"
#include "devices.h"
#include "switchyard/dispatch/current_device.h"
#include "switchyard/nn/linear.h"
#include "switchyard/optim/sgd.h"
#include "switchyard/tensor/from_blob.h"

namespace sy {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kThreads = 8;

TEST(CurrentDevice, FactoriesWithoutADeviceUseIt) {
  EXPECT_EQ(current_device(), Device());
  for (Device d : all_devices()) {
    DeviceGuard guard(d);
    EXPECT_EQ(current_device(), d);
    for (const Tensor& t :
         {zeros({2}), ones({2}), empty({2}), full({2}, 3), arange(0, 2, 1), eye(2), linspace(0, 1, 2), rand({2}),
          randn({2}), randint(0, 9, {2}), randperm(4), tensor<float>({1, 2}), tensor<bool>({true, false})}) {
      EXPECT_EQ(t.device(), d);
    }
    EXPECT_EQ(nn::Linear(2, 2).weight.device(), d);
    EXPECT_THAT(to_vector<float>(tensor({{1.f, 2.f}, {3.f, 4.f}})), ElementsAre(1, 2, 3, 4));
    EXPECT_EQ(zeros({2}, kF32, Device("simulator:2")).device(), Device("simulator:2"))
        << "a device that is named counts";
    Tensor elsewhere = ones({2}, kF32, Device("reference"));
    EXPECT_EQ(zeros_like(elsewhere).device(), Device("reference")) << "and so does that of a tensor";
    EXPECT_EQ((elsewhere * 2).device(), Device("reference"));
    float memory[2] = {1, 2};
    EXPECT_EQ(from_blob(memory, {2}, kF32).device(), Device());
  }
  EXPECT_EQ(current_device(), Device());
}

TEST(CurrentDevice, GuardsNestAndEndWithErrors) {
  DeviceGuard outer("simulator:1");
  EXPECT_THAT(message_of([] {
                DeviceGuard inner("no_such_device");
                zeros({2});
              }),
              HasSubstr("no plugin provides device no_such_device:0"));
  EXPECT_EQ(current_device(), Device("simulator:1"));
  set_current_device("simulator:3");
  EXPECT_EQ(zeros({1}).device(), Device("simulator:3"));
}

TEST(CurrentDevice, MetaHasShapesAlone) {
  DeviceGuard guard("meta");
  EXPECT_EQ(describe(rand({2, 3})), "f32[2, 3] on meta:0");
  EXPECT_EQ(describe(tensor<float>({1, 2})), "f32[2] on meta:0");
}

/// A few steps of training on the current device; the same numbers everywhere but for rounding.
std::vector<double> train(int seed) {
  Generator random(static_cast<std::uint64_t>(seed));
  Tensor w = randn({4, 3}, random, kF64).requires_grad_();
  Tensor x = randn({16, 4}, random, kF64), y = randn({16, 3}, random, kF64);
  optim::SGD sgd({w}, {.lr = 0.05, .momentum = 0.9});
  for (int step = 0; step < 5; ++step) {
    sgd.zero_grad();
    Tensor error = tanh(mm(x, w)) - y;
    (error * error).mean().backward();
    sgd.step();
  }
  return values(w);
}

TEST(ManyThreads, EachWithADeviceAndAStreamOfItsOwn) {
  std::vector<std::vector<double>> wanted;
  for (int i = 0; i < kThreads; ++i) wanted.push_back(train(i));
  SlowSimulators slow("0-100");
  std::atomic<int> wrong{0};
  on_threads(kThreads, [&](int i) {
    EXPECT_EQ(current_device(), Device()) << "another thread's device";
    Device device = all_devices()[static_cast<std::size_t>(i) % all_devices().size()];
    DeviceGuard guard(device);
    Stream own = Stream::create(device);
    StreamGuard current(own);
    for (int round = 0; round < 3; ++round) {
      std::vector<double> found = train(i);
      EXPECT_EQ(current_device(), device);
      EXPECT_EQ(current_stream(device), own);
      const std::vector<double>& expected = wanted[static_cast<std::size_t>(i)];
      for (std::size_t k = 0; k < expected.size(); ++k) wrong += std::abs(found[k] - expected[k]) > 1e-6;
    }
    own.synchronize();
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(current_device(), Device());
  for (Device d : all_devices()) EXPECT_EQ(current_stream(d), Stream(d));
}

// Every thread moves its numbers through all devices, in another order each, while the others do the same.
TEST(ManyThreads, MoveTensorsThroughAllDevices) {
  SlowSimulators slow("0-50");
  on_threads(kThreads, [&](int i) {
    const std::vector<Device>& devices = all_devices();
    for (int round = 0; round < 3; ++round) {
      Tensor x = full({129}, i, kF32, Device());
      Tensor sum = zeros({129}, kF32, devices[static_cast<std::size_t>(i) % devices.size()]);
      for (std::size_t k = 0; k < devices.size(); ++k) {
        Device d = devices[(static_cast<std::size_t>(i) * 3 + k) % devices.size()];
        Stream own = Stream::create(d);
        Event before, after;
        before.record(Stream(d));
        before.wait(own);
        {
          StreamGuard guard(own);
          x = x.to(d) + 1;
          Tensor there = sum.to(d) + x;
          sum.copy_(there);
        }
        after.record(own);
        after.wait(Stream(d));
      }
      double n = static_cast<double>(devices.size());
      EXPECT_THAT(values(x), Each(i + n));
      EXPECT_THAT(values(sum), Each(n * i + n * (n + 1) / 2));
    }
  });
}

// One tensor that all threads read, each from another device.
TEST(ManyThreads, ShareASource) {
  for (Device from : all_devices()) {
    Tensor shared = arange(0, 300, 1, kF32, from);
    synchronize(from);
    on_threads(kThreads, [&](int i) {
      Device to = all_devices()[static_cast<std::size_t>(i) % all_devices().size()];
      Tensor mine = zeros({300}, kF32, to);
      for (int round = 0; round < 5; ++round) {
        mine.fill_(0);
        mine.copy_(shared);
        EXPECT_EQ(sum(mine).item<float>(), 299 * 150) << from.str() << " to " << to.str();
      }
    });
  }
}

TEST(ManyThreads, StateIsTheirsAlone) {
  DeviceGuard guard("simulator:1");
  Stream side = Stream::create("simulator:1");
  StreamGuard current(side);
  NoGrad no_grad;
  on_threads(2, [&](int i) {
    EXPECT_EQ(current_device(), Device());
    EXPECT_EQ(current_stream("simulator:1"), Stream("simulator:1"));
    EXPECT_TRUE(grad_enabled());
    set_current_device(i == 0 ? "simulator:2" : "simulator_opaque:2");  // and left so when the thread ends
    set_current_stream(Stream::create(current_device()));
    EXPECT_THAT(values(ones({2}) + 1), Each(2));
  });
  EXPECT_EQ(current_device(), Device("simulator:1"));
  EXPECT_EQ(current_stream("simulator:1"), side);
  std::thread([] { EXPECT_EQ(current_device(), Device()); }).join();
}

}  // namespace
}  // namespace sy
