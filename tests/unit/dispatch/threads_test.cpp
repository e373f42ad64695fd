// Calls from several threads: at first use, and while operators, kernels and layers come and go.
#include "../threads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "../autograd/values.h"
#include "switchyard/autograd/custom_op.h"
#include "switchyard/core/abi_error.h"
#include "switchyard/dispatch/explain.h"
#include "switchyard/dispatch/fallback.h"
#include "switchyard/dispatch/layers.h"
#include "switchyard/dispatch/plan_cache.h"

namespace sy {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr int kThreads = 4;

// CTest runs each test in a process of its own, so that here plugins are loaded and signatures and formulas read.
TEST(Threads, FirstUse) {
  std::vector<std::vector<double>> grads(kThreads);
  on_threads(kThreads, [&](int i) {
    Tensor x = leaf({1, 2, 3, 4});
    (softmax(x * 2, 0) + exp(x)).sum().backward();
    grads[static_cast<std::size_t>(i)] = values(x.grad());
    EXPECT_EQ(call("tanh", {{"self", x}}).size(), 1u);
  });
  EXPECT_THAT(grads, Each(grads[0]));
}

TEST(Threads, CallsWhileOperatorsAndKernelsAreRegistered) {
  CustomOp op("test::twice(Tensor x) -> Tensor");
  auto twice = [](const Tensor& x) { return x * 2; };
  op.kernel("cpu", twice);
  Tensor x = vec({1, 2});
  std::atomic<bool> done{false};
  on_threads(kThreads, [&](int i) {
    if (i == 0) {
      for (int k = 0; k < 50; ++k) {
        CustomOp fresh("test::fresh" + std::to_string(k) + "(Tensor x) -> Tensor");
        fresh.kernel("cpu", twice);
        op.kernel(k % 2 == 0 ? "cpu" : "reference", twice);
        EXPECT_THAT(values(fresh(x)), ElementsAre(2, 4));
      }
      done = true;
      return;
    }
    do {
      EXPECT_THAT(values(op(x)), ElementsAre(2, 4));
      EXPECT_THAT(values(as_tensor(call("test::twice", {{"x", x}})[0])), ElementsAre(2, 4));
      EXPECT_FALSE(op.op().all_kernels().empty());
      EXPECT_FALSE(explain([&] { op(x); })[0].chosen.empty());
    } while (!done);
  });
}

struct Witness {
  std::atomic<int> calls{0};
  int layer = 0;
};
Witness g_first, g_second;
template <Witness* kOwn>
void witness_layer(Frame& f, void* self) {
  EXPECT_EQ(self, kOwn);
  ++kOwn->calls;
  call_next(f, kOwn->layer);
}

TEST(Threads, ALayerIsReplacedUnderCalls) {
  const int layer = register_layer("first", witness_layer<&g_first>, &g_first);
  g_first.layer = g_second.layer = layer;
  Tensor x = vec({1, 2});
  std::atomic<bool> done{false};
  on_threads(kThreads, [&](int i) {
    if (i == 0) {
      while (g_first.calls + g_second.calls < 1000) {
        set_layer(layer, "second", witness_layer<&g_second>, &g_second);
        set_layer(layer, "first", witness_layer<&g_first>, &g_first);
      }
      done = true;
      return;
    }
    IncludeLayer on(layer);
    while (!done) {
      EXPECT_THAT(values(x + x), ElementsAre(2, 4));
      EXPECT_THAT(std::string(layer_name(layer)), testing::AnyOf("first", "second"));
    }
  });
}

TEST(Threads, FallbacksAreCounted) {
  Device device("template");
  Tensor t = vec({1, 2}).to(kF32).to(device);
  set_fallback_policy(FallbackPolicy::kAllow);
  reset_fallback_stats();
  on_threads(kThreads, [&](int) {
    for (int i = 0; i < 25; ++i) {
      exp(t);
      (void)fallback_stats();
    }
  });
  EXPECT_EQ(fallback_stats().cpu_by_operator["exp on template:0"], 25u * kThreads);
  set_fallback_policy(FallbackPolicy::kWarnOnce);
}

std::atomic<int> g_plans{0};

TEST(PlanCache, SharedByThreads) {
  sy_kernel kernel{};
  kernel.size = sizeof(kernel);
  kernel.op = "test";
  kernel.prepare = [](const sy_call* call, sy_plan* plan) -> sy_status {
    plan->state = new std::uint32_t(call->reserved);
    ++g_plans;
    return SY_OK;
  };
  kernel.drop = [](const sy_kernel*, void* plan) {
    delete static_cast<std::uint32_t*>(plan);
    --g_plans;
  };
  {
    PlanCache cache;
    on_threads(kThreads, [&](int t) {
      for (std::uint32_t i = 0; i < 2000; ++i) {
        sy_call call{};
        call.reserved = (i * 7 + static_cast<std::uint32_t>(t)) % (2 * PlanCache::kCapacity);
        PlanCache::Plan plan;
        ASSERT_TRUE(cache.get(kernel, &kernel, call, std::to_string(call.reserved), &plan).ok());
        EXPECT_EQ(*static_cast<std::uint32_t*>(plan->state), call.reserved);
      }
    });
    EXPECT_EQ(g_plans, static_cast<int>(PlanCache::kCapacity));
  }
  EXPECT_EQ(g_plans, 0);
}

}  // namespace
}  // namespace sy
