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

}  // namespace
}  // namespace sy
