// Capture on the simulator: both ways of naming memory.
#include "switchyard/dispatch/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../autograd/values.h"
#include "../message_of.h"
#include "switchyard/autograd/engine.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/stream.h"
#include "switchyard/tensor/from_blob.h"

namespace sy {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class GraphTest : public testing::TestWithParam<const char*> {
 protected:
  Tensor given(std::initializer_list<double> values) { return tensor<double>(values).to(kF32).to(at_); }
  std::vector<float> values(const Tensor& t) { return to_vector<float>(t.to(Device())); }
  MemoryStats memory() { return device_state(at_).allocator->stats(); }

  Device at_{GetParam()};
};

TEST_P(GraphTest, ReplaysOnWhatItsInputsHoldNow) {
  Tensor x = given({1, 2, 3}), y;
  Graph graph = Graph::capture(at_, [&] { y = exp(x * 2).sum() + 1; });
  for (double shift : {0., 1., -1.}) {
    x.copy_(given({1 + shift, 2 + shift, 3 + shift}));
    graph.replay();
    Tensor expected = exp(x * 2).sum() + 1;
    EXPECT_EQ(values(y), values(expected));
  }
}

TEST_P(GraphTest, NothingRunsWhileItIsRecorded) {
  Tensor x = given({1, 2});
  Graph graph = Graph::capture(at_, [&] { x.mul_(3); });
  EXPECT_THAT(values(x), ElementsAre(1, 2));
  graph.replay();
  graph.replay();
  EXPECT_THAT(values(x), ElementsAre(9, 18));
}

TEST_P(GraphTest, ReplaysOnAnyStreamOneAfterTheOther) {
  Tensor x = given({1, 1});
  Graph graph = Graph::capture(at_, [&] { x.mul_(2).add_(1); });
  Stream streams[] = {Stream::create(at_), Stream::create(at_)};
  for (int i = 0; i < 6; ++i) {
    StreamGuard guard(streams[i % 2]);
    graph.replay();
  }
  synchronize(at_);
  EXPECT_THAT(values(x), ElementsAre(127, 127));
}

TEST_P(GraphTest, DrawsWhatTheCallsWouldDrawNow) {
  auto draw = [&] { return rand({4}, {}, kF32, at_) + dropout(ones({4}, kF32, at_), 0.5, true); };
  Tensor y;
  manual_seed(5);
  const Generator own(9);
  Tensor mine;
  Graph graph = Graph::capture(at_, [&] {
    y = draw();
    mine = randn({3}, own, kF32, at_);
  });
  EXPECT_EQ(default_generator().state().offset, 0u) << "nothing was drawn";
  for (std::uint64_t seed : {5, 5, 77}) {
    if (seed == 77) manual_seed(seed);
    const Generator::State before = default_generator().state(), mine_before = own.state();
    graph.replay();
    const Generator::State after = default_generator().state();
    default_generator().set_state(before);
    Generator same(0);
    same.set_state(mine_before);
    EXPECT_EQ(values(y), values(draw())) << "seed " << seed;
    EXPECT_EQ(values(mine), values(randn({3}, same, kF32, at_)));
    EXPECT_EQ(default_generator().state().offset, after.offset);
  }
}

TEST_P(GraphTest, HoldsATrainingStep) {
  auto step = [](const Tensor& w, const Tensor& x) {
    Tensor error = matmul(x, w) - 1, loss = (error * error).mean();
    w.set_grad({});
    loss.backward();
    NoGrad guard;
    w.sub_(w.grad() * 0.1);
    return loss;
  };
  Tensor x = given({1, 2, 3, 4, 5, 6}).reshape({3, 2}) / 6;
  Tensor eager = given({1, -1}).reshape({2, 1}).requires_grad_(), captured = eager.detach().clone().requires_grad_();
  Tensor loss;
  Graph graph = Graph::capture(at_, [&] { loss = step(captured, x).detach(); });
  for (int i = 0; i < 5; ++i) {
    Tensor expected = step(eager, x);
    graph.replay();
    EXPECT_EQ(values(loss), values(expected)) << "step " << i;
  }
  EXPECT_EQ(values(captured), values(eager));
}

TEST_P(GraphTest, ItsMemoryIsItsOwnUntilItDies) {
  const std::int64_t before = memory().allocated;
  Tensor y;
  {
    Tensor x = given({1, 2, 3, 4});
    Graph graph = Graph::capture(at_, [&] { y = exp(exp(x) - exp(x)) * 5; });
    x = Tensor();  // the graph still reads it
    device_state(at_).allocator->empty_cache();
    std::vector<Tensor> others;
    for (int i = 0; i < 50; ++i) others.push_back(full({4}, 7.0, kF32, at_));
    graph.replay();
    EXPECT_THAT(values(y), ElementsAre(5, 5, 5, 5));
    for (const Tensor& t : others) EXPECT_THAT(values(t), ElementsAre(7, 7, 7, 7));
    y = Tensor();
    graph.replay();  // writes to memory that nobody looks at any more
    synchronize(at_);
    for (const Tensor& t : others) EXPECT_THAT(values(t), ElementsAre(7, 7, 7, 7));
  }
  EXPECT_EQ(memory().allocated, before);
  device_state(at_).allocator->empty_cache();
  EXPECT_EQ(memory().reserved, memory().allocated);
}

TEST_P(GraphTest, KeepsWhatIsCopied) {
  Tensor x = given({1, 2, 3, 4}), y;
  Graph graph = Graph::capture(at_, [&] { y = x.clone(); });
  x = Tensor();
  device_state(at_).allocator->empty_cache();
  std::vector<Tensor> others;
  for (int i = 0; i < 50; ++i) others.push_back(full({4}, 7.0, kF32, at_));
  graph.replay();
  EXPECT_THAT(values(y), ElementsAre(1, 2, 3, 4));
  Graph inside = Graph::capture(at_, [&] {
    Tensor gone = others[0] * 2;
    y = gone.clone();
    others[1].clone();
    others[1] = Tensor();
  });
  inside.replay();
  EXPECT_THAT(values(y), ElementsAre(14, 14, 14, 14));
}

TEST_P(GraphTest, BackwardAfterwardsHasMemoryOfItsOwn) {
  Tensor w = given({1, 2, 3}).requires_grad_(), loss;
  Graph graph = Graph::capture(at_, [&] { loss = (exp(w * 0.5) * exp(w * 0.25)).sum(); });
  graph.replay();
  loss.backward();
  const std::vector<float> before = values(w.grad());
  for (int i = 0; i < 3; ++i) graph.replay();
  EXPECT_EQ(values(w.grad()), before);
}

TEST_P(GraphTest, AKernelThatIsNotSafeHandsOn) {
  static int calls = 0;
  static const std::uint32_t dtypes[] = {SY_I16};
  auto* kernel = new sy_kernel{};  // for the life of the process
  kernel->size = sizeof(sy_kernel);
  kernel->flags = SY_KERNEL_STRIDED;
  kernel->op = "neg";
  kernel->layout_hash = require_operator("neg").info().layout_hash;
  kernel->dtypes = dtypes;
  kernel->num_dtypes = 1;
  kernel->priority = 1;
  kernel->run = [](const sy_call*) -> sy_status {
    ++calls;
    return SY_UNSUPPORTED;
  };
  Backend& backend = backend_of(at_);
  throw_if_error(register_kernel(backend.plugin(), backend.id(), kernel));
  Tensor x = given({1, 2}).to(kI16), y;
  calls = 0;
  neg(x);
  EXPECT_EQ(calls, 1);
  Graph graph = Graph::capture(at_, [&] { y = neg(x); });
  EXPECT_EQ(calls, 1) << "it is not safe to capture";
  graph.replay();
  EXPECT_EQ(to_vector<std::int16_t>(y.to(Device())), (std::vector<std::int16_t>{-1, -2}));
}

TEST_P(GraphTest, OtherDrawsMeanwhileAreNotTakenBack) {
  manual_seed(3);
  Tensor y, mine;
  Graph graph = Graph::capture(at_, [&] {
    y = rand({4}, {}, kF32, at_);
    mine = rand({4});  // on the CPU, at once
  });
  EXPECT_EQ(default_generator().state().offset, 1u);
  graph.replay();
  EXPECT_NE(values(y), to_vector<float>(mine));
  EXPECT_EQ(default_generator().state().offset, 2u);
}

TEST_P(GraphTest, WhatCannotBeRecordedIsRefused) {
  Tensor x = given({1, 0, 2});
  auto refused = [&](const std::function<void()>& work) { return message_of([&] { Graph::capture(at_, work); }); };
  const auto waits = AllOf(HasSubstr("being captured cannot be waited for"), HasSubstr(at_.str()));
  EXPECT_THAT(refused([&] { x.sum().item<float>(); }), waits);
  EXPECT_THAT(refused([&] { nonzero(x); }), waits);
  EXPECT_THAT(refused([&] { x + given({1, 2, 3}); }), waits);
  EXPECT_THAT(refused([&] { current_stream(at_).synchronize(); }), waits);
  EXPECT_THAT(refused([&] { x.to(Device()); }), waits);
  EXPECT_THAT(refused([&] {
                try {
                  x.sum().item<float>();
                } catch (const Error&) {  // the recording is spoiled all the same
                }
              }),
              HasSubstr("something in the capture was refused"));
  EXPECT_THAT(refused([&] { fail(ErrorCode::kInternal, "the program's own"); }), HasSubstr("the program's own"));
  EXPECT_THAT(refused([&] { Graph::capture(Device(), [] {}); }), HasSubstr("cpu:0 captures nothing"));
  EXPECT_THAT(values(x + 1), ElementsAre(2, 1, 3)) << "and it all goes on";
}

TEST_P(GraphTest, CallsOfOtherStreamsAndDevicesRunAsEver) {
  Tensor x = given({1, 2}), other;
  Stream beside = Stream::create(at_);
  std::vector<float> host;
  Graph graph = Graph::capture(at_, [&] {
    x.add_(1);
    StreamGuard guard(beside);
    other = given({4, 5}) * 2;
    host = values(other);
  });
  EXPECT_THAT(host, ElementsAre(8, 10));
  graph.replay();
  EXPECT_THAT(values(x), ElementsAre(2, 3));
}

TEST_P(GraphTest, MovesAndEndsWithWorkUnderWay) {
  Tensor x = given({0});
  {
    Graph first = Graph::capture(at_, [&] { x.add_(1); });
    Graph second = std::move(first);
    EXPECT_THAT(message_of([&] { first.replay(); }), HasSubstr("was moved from"));
    for (int i = 0; i < 20; ++i) second.replay();
  }
  EXPECT_THAT(values(x), ElementsAre(20));
}

INSTANTIATE_TEST_SUITE_P(Simulators, GraphTest, testing::Values("simulator", "simulator_opaque"));

}  // namespace
}  // namespace sy
