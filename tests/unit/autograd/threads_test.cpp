// Several threads in forward and backward on shared tensors.
#include "../threads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "switchyard/core/backend.h"
#include "values.h"

namespace sy {
namespace {

using testing::ElementsAre;

constexpr int kThreads = 4;

TEST(Threads, BackwardOverOneGraph) {
  Tensor x = leaf({1, 2});
  Tensor y = (x * x * x).sum();
  on_threads(kThreads, [&](int) {
    for (int i = 0; i < 25; ++i) y.backward({}, true);
  });
  EXPECT_THAT(values(x.grad()), ElementsAre(300, 1200));
}

// Which thread is first decides who gives the view its new history.
TEST(Threads, AViewOfAChangedBaseIsUsedForTheFirstTime) {
  for (int round = 0; round < 50; ++round) {
    Tensor x = leaf({1, 2, 3, 4});
    Tensor base = zeros({4}, kF64);
    Tensor view = base.reshape({2, 2});
    base.copy_(x * 2);
    on_threads(kThreads, [&](int) {
      EXPECT_TRUE(view.requires_grad());
      (view * view).sum().backward({}, true);
      EXPECT_FALSE(view.is_leaf());
    });
    EXPECT_THAT(values(x.grad()), ElementsAre(32, 64, 96, 128));
  }
}

TEST(Threads, BackwardOnADeviceWithStreams) {
  Device device("simulator");
  Tensor x = vec({1, 2}).to(device).requires_grad_();
  on_threads(kThreads, [&](int) {
    for (int i = 0; i < 10; ++i) (x * x).sum().backward();
  });
  EXPECT_THAT(values(x.grad()), ElementsAre(80, 160));
}

TEST(Threads, BackwardOnStreamsOfTheirOwn) {
  Device device("simulator");
  Tensor x = vec({1, 2}).to(device).requires_grad_();
  synchronize(device);
  on_threads(kThreads, [&](int) {
    Stream own = Stream::create(device);
    StreamGuard guard(own);
    for (int i = 0; i < 10; ++i) (x * x).sum().backward();
    own.synchronize();
  });
  EXPECT_THAT(values(x.grad()), ElementsAre(80, 160));
}

/// Makes every task of the simulator late, so that work which was not waited for shows.
struct SlowSimulator {
  SlowSimulator() { configure_backend("simulator", "delay_us", "2000"); }
  ~SlowSimulator() { configure_backend("simulator", "delay_us", "0"); }
};

TEST(Streams, GradientsOfSeveralStreamsMeetInALeaf) {
  Device device("simulator");
  Tensor x = vec({1, 2}).to(device).requires_grad_();
  Stream busy = Stream::create(device), idle = Stream::create(device);
  synchronize(device);
  SlowSimulator slow;
  for (const Stream& s : {busy, idle}) {
    StreamGuard guard(s);
    Tensor late = x.detach();
    for (int i = 0; s == busy && i < 20; ++i) late = late + 0;
    (x * late).sum().backward();
  }
  busy.synchronize();
  idle.synchronize();
  EXPECT_THAT(values(x.grad()), ElementsAre(2, 4));
}

TEST(Streams, TheGivenGradientIsWaitedFor) {
  Device device("simulator");
  Tensor x = vec({1, 2}).to(device).requires_grad_();
  Stream side = Stream::create(device);
  synchronize(device);
  SlowSimulator slow;
  Tensor y;
  {
    StreamGuard guard(side);
    y = (x * x).sum();
  }
  Tensor given = full({}, 0, kF64, device);
  for (int i = 0; i < 8; ++i) given = given + 1;
  y.backward(given);
  EXPECT_THAT(values(x.grad()), ElementsAre(16, 32));
}

}  // namespace
}  // namespace sy
