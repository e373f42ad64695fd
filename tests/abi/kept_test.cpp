// A reserve that goes from forward to backward, outputs laid out as their kernel proposes, and a recurrent net that has plan,
// workspace and reserve; in host memory, and on devices whose work is done later.
#include "switchyard/ops/gen/kept.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../unit/message_of.h"
#include "switchyard/autograd/engine.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/core/backend.h"
#include "switchyard/dispatch/graph.h"
#include "switchyard/loader/loader.h"
#include "switchyard/tensor/from_blob.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

bool equal(const Tensor& a, const Tensor& b) { return a.eq(b).all().item<bool>(); }

class KeptTest : public testing::TestWithParam<const char*> {
 protected:
  static void SetUpTestSuite() {
    for (const char* file : {"/switchyard_kept.so", "/switchyard_kept_simulator.so"}) {
      absl::StatusOr<Plugin*> plugin = load_plugin(std::string(SWITCHYARD_CASES) + file);
      ASSERT_TRUE(plugin.ok()) << plugin.status();
    }
  }
  Tensor given(std::initializer_list<double> values, const Shape& shape) {
    return tensor<double>(values).reshape(shape).to(at_);
  }
  static Tensor host(const Tensor& t) { return t.detach().to(Device()); }

  Device at_{GetParam()};
};

TEST_P(KeptTest, ReserveReachesTheBackward) {
  Tensor x = given({0.5, -1.0, 2.0}, {3}).requires_grad_();
  auto [y, kept] = kept::tanh(x);
  EXPECT_EQ(kept.dtype(), kU8);
  EXPECT_THAT(kept.shape().vec(), ElementsAre(24));
  y.sum().backward();
  Tensor expected = 1 - tanh(host(x)) * tanh(host(x));
  EXPECT_LT((host(x.grad()) - expected).abs().amax().item<double>(), 1e-15);
}

TEST_P(KeptTest, ReserveOfNothingIsEmptyAndMeta) {
  auto [y, kept] = kept::tanh(empty({0, 3}, kF32, at_));
  EXPECT_THAT(kept.shape().vec(), ElementsAre(0));
  auto [meta, meta_kept] = kept::tanh(empty({2, 3}, kF32, Device("meta")));
  EXPECT_THAT(meta.shape().vec(), ElementsAre(2, 3));
}

TEST_P(KeptTest, AReserveOfAnotherKernelIsRefused) {
  EXPECT_THAT(message_of([&] {
                kept::tanh_backward(given({1, 1}, {2}), empty({3}, kU8, at_));
                synchronize(at_);
              }),
              HasSubstr("nothing was kept"));
}

TEST_P(KeptTest, OutputsAreLaidOutAsProposed) {
  Tensor x = arange(0, 120, 1, kF32).reshape({2, 3, 4, 5}), there = x.to(at_);
  for (int again = 0; again < 2; ++again) {  // the second time from the cached plan
    Tensor y = kept::channels_last(there);
    EXPECT_THAT(y.strides().vec(), ElementsAre(60, 1, 15, 3));
    EXPECT_TRUE(equal(host(y), x));
    EXPECT_TRUE(equal(host(y * 2 + there), x * 3));
  }
  Tensor out = empty({2, 3, 4, 5}, kF32, at_);
  kept::channels_last_out(out, there);
  EXPECT_THAT(out.strides().vec(), ElementsAre(60, 20, 5, 1));
  EXPECT_TRUE(equal(host(out), x));
  Tensor leaf = there.clone().requires_grad_();
  (kept::channels_last(leaf) * there).sum().backward();
  EXPECT_TRUE(equal(host(leaf.grad()), x));
}

/// The net's arguments; the sizes are all different.
struct Net {
  Tensor input, state, w_input, w_state;
  std::vector<Tensor> all() const { return {input, state, w_input, w_state}; }
  Net to(Device device) const {
    Net n{input.to(device), state.to(device), w_input.to(device), w_state.to(device)};
    for (const Tensor& t : n.all()) t.requires_grad_();
    return n;
  }
  /// The same with operators that there are.
  Tensor by_hand() const {
    std::vector<Tensor> states;
    Tensor h = state;
    for (std::int64_t t = 0; t < input.size(0); ++t) {
      h = tanh(matmul(input.select(0, t), w_input) + matmul(h, w_state));
      states.push_back(h);
    }
    return stack(states, 0);
  }
};

Net make_net(std::int64_t time) {
  const Generator g(3);
  return {randn({time, 2, 3}, g, kF64), randn({2, 4}, g, kF64), randn({3, 4}, g, kF64), randn({4, 4}, g, kF64)};
}

TEST_P(KeptTest, ARecurrentNetWithPlanWorkspaceAndReserve) {
  const Net net = make_net(5), there = net.to(at_), here = net.to(Device());
  for (int again = 0; again < 2; ++again) {
    auto [result, kept] = kept::recurrent(there.input, there.state, there.w_input, there.w_state);
    EXPECT_THAT(kept.shape().vec(), ElementsAre(5 * 2 * 4 * 8));
    Tensor expected = here.by_hand();
    EXPECT_LT((host(result) - expected.detach()).abs().amax().item<double>(), 1e-14);
    (result * result).sum().backward();
    (expected * expected).sum().backward();
  }
  for (int i = 0; i < 4; ++i) {
    const Tensor grad = here.all()[i].grad();
    EXPECT_LT((host(there.all()[i].grad()) - grad).abs().amax().item<double>(),
              1e-12 * grad.abs().amax().item<double>())
        << "argument " << i;
  }
}

TEST_P(KeptTest, ARecurrentNetOfNoSteps) {
  const Net there = make_net(0).to(at_);
  auto [result, kept] = kept::recurrent(there.input, there.state, there.w_input, there.w_state);
  EXPECT_THAT(result.shape().vec(), ElementsAre(0, 2, 4));
  EXPECT_EQ(kept.numel(), 0);
  EXPECT_THAT(message_of([&] {
                kept::recurrent_backward(given({1}, {1, 1, 1}), empty({3}, kU8, at_), given({1}, {1, 1, 1}),
                                         given({1}, {1, 1}), given({1}, {1, 1}), given({1}, {1, 1}));
                synchronize(at_);
              }),
              HasSubstr("nothing was kept"));
}

TEST_P(KeptTest, ARecurrentNetIsCaptured) {
  if (at_.is_cpu()) GTEST_SKIP() << "the CPU captures nothing";
  const Net net = make_net(3), there = net.to(at_);
  Tensor loss;
  auto step = [&] {
    for (const Tensor& t : there.all()) t.set_grad({});
    Tensor result = std::get<0>(kept::recurrent(there.input, there.state, there.w_input, there.w_state));
    loss = (result * result).sum();
    loss.backward();
  };
  Graph graph = Graph::capture(at_, step);
  const Tensor captured_loss = loss, captured_grad = there.w_state.grad();
  for (int again = 0; again < 2; ++again) {
    {
      NoGrad guard;
      there.input.copy_(there.input * 0.5);
    }
    graph.replay();
    step();
    EXPECT_TRUE(equal(host(captured_loss), host(loss)));
    EXPECT_TRUE(equal(host(captured_grad), host(there.w_state.grad())));
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, KeptTest, testing::Values("cpu", "kept_simulator", "kept_simulator_opaque"));

}  // namespace
}  // namespace sy
