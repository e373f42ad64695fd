// Layers, boxed calls, fallbacks, explain, errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../autograd/values.h"
#include "switchyard/core/backend.h"
#include "switchyard/dispatch/boxed.h"
#include "switchyard/dispatch/explain.h"
#include "switchyard/dispatch/fallback.h"
#include "switchyard/dispatch/layers.h"
#include "switchyard/loader/loader.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string message_of(const std::function<void()>& fn) {
  try {
    fn();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

TEST(Boxed, NamedArgumentsAndDefaults) {
  Tensor a = vec({1, 2}), b = vec({10, 20});
  EXPECT_THAT(values(as_tensor(call("add", {{"self", a}, {"other", b}, {"alpha", Scalar(2)}})[0])), ElementsAre(21, 42));
  EXPECT_THAT(values(as_tensor(call("add", {{"self", a}, {"other", std::int64_t{5}}})[0])), ElementsAre(6, 7));
  EXPECT_THAT(values(as_tensor(call_inplace("add", {{"self", a}, {"other", b}}))), ElementsAre(11, 22));
}

TEST(Boxed, ErrorsNameWhatIsWrong) {
  Tensor a = vec({1, 2});
  EXPECT_THAT(message_of([&] { call("ad", {{"self", a}}); }), HasSubstr("did you mean \"add\""));
  EXPECT_THAT(message_of([&] { call("add", {{"self", a}}); }), HasSubstr("argument other is missing"));
  EXPECT_THAT(message_of([&] { call("add", {{"self", a}, {"othr", a}}); }), HasSubstr("did you mean other"));
  EXPECT_THAT(message_of([&] { call("softmax", {{"self", a}, {"dim", std::string("x")}}); }),
              HasSubstr("argument dim: expected int, got the string \"x\""));
  EXPECT_THAT(message_of([&] { call("add", {{"self", TensorBase()}, {"other", a}}); }), HasSubstr("argument self"));
}

TEST(Boxed, ListsOptionalsAndSeveralResults) {
  Tensor a = vec({3, 1, 2});
  std::vector<TensorBase> sorted = call("sort", {{"self", a}});
  EXPECT_THAT(values(as_tensor(sorted[0])), ElementsAre(1, 2, 3));
  EXPECT_THAT(values(as_tensor(sorted[1])), ElementsAre(1, 2, 0));
  EXPECT_EQ(call("split", {{"self", a}, {"split_size", std::int64_t{2}}}).size(), 2u);
  EXPECT_THAT(values(as_tensor(call("cat", {{"tensors", std::vector<TensorBase>{a, a}}})[0])), ElementsAre(3, 1, 2, 3, 1, 2));
}

TEST(Errors, NameOperatorArgumentExpectedAndGot) {
  Tensor a = make({1, 2, 3, 4, 5, 6}, {2, 3});
  EXPECT_THAT(message_of([&] { a + vec({1, 2}); }), HasSubstr("add: cannot broadcast argument other of shape [2] with [2, 3]"));
  EXPECT_THAT(message_of([&] { mm(a, a); }), HasSubstr("mm: argument mat2: expected 3 rows"));
  EXPECT_THAT(message_of([&] { softmax(a, 2); }), HasSubstr("argument dim: dimension 2 is out of range"));
  EXPECT_THAT(message_of([&] { softmax(a.to(kI64), 0); }), HasSubstr("softmax: dtype i64 is not supported"));
  EXPECT_THAT(message_of([&] { a + Tensor(); }), HasSubstr("argument other is an undefined tensor"));
  EXPECT_THAT(message_of([&] { a + a.to(Device("reference")); }), HasSubstr("is on reference:0, expected cpu:0 as argument self"));
  EXPECT_THAT(message_of([] { zeros({2}, kF32, Device("nosuch")); }), HasSubstr("no plugin provides device nosuch:0"));
  EXPECT_THAT(message_of([] { zeros({2}, kF32, Device("cpu:7")); }), HasSubstr("does not exist"));
  EXPECT_THAT(message_of([] { zeros({-1}); }), HasSubstr("negative"));
  EXPECT_THAT(message_of([] { zeros({std::int64_t{1} << 40, std::int64_t{1} << 40}); }), HasSubstr("too many elements"));
  EXPECT_THAT(message_of([] { Device("a b"); }), HasSubstr("expected \"name\" or \"name:index\""));
}

TEST(Errors, FailedCallLeavesOutputsAsTheyWere) {
  Tensor out = vec({7, 7}), a = vec({1, 2});
  EXPECT_THAT(message_of([&] { add_out(out, a, vec({1, 2, 3})); }), HasSubstr("add"));
  EXPECT_THAT(message_of([&] { add_out(out, make({1, 2, 3, 4}, {2, 2}), a); }), HasSubstr("output of shape [2]"));
  Tensor small = vec({1, 2}).to(kI32);
  EXPECT_THAT(message_of([&] { small.mul_(1.5); }), HasSubstr("cannot be written into an output of dtype i32"));
  EXPECT_THAT(values(out), ElementsAre(7, 7));
  EXPECT_THAT(values(small), ElementsAre(1, 2));
}

TEST(Meta, ShapesWithoutData) {
  Tensor a = zeros({2, 3}, kF32, Device("meta")), b = zeros({3, 5}, kF32, Device("meta"));
  Tensor c = mm(a, b).transpose(0, 1) + 1;
  EXPECT_EQ(describe(c), "f32[5, 2] on meta:0");
  EXPECT_THAT(message_of([&] { c.sum().item(); }), HasSubstr("meta tensor has no data"));
  EXPECT_THAT(message_of([&] { nonzero(c); }), HasSubstr("depends on data"));
}

struct Counter {
  int calls = 0;
  int layer = 0;
};
void count_call(Frame& f, void* self) {
  auto* counter = static_cast<Counter*>(self);
  ++counter->calls;
  call_next(f, counter->layer);
}

TEST(Layers, CustomLayerSeesCallsInItsScope) {
  static Counter counter;
  counter.layer = register_layer("counting", count_call, &counter);
  Tensor a = vec({1, 2});
  {
    IncludeLayer on(counter.layer);
    EXPECT_THAT(values(a + a), ElementsAre(2, 4));
  }
  int seen = counter.calls;
  EXPECT_GT(seen, 0);
  a + a;
  EXPECT_EQ(counter.calls, seen);
  a.impl()->bits |= bit(counter.layer);
  a + vec({1, 1});
  EXPECT_EQ(counter.calls, seen + 1);
}

TEST(Fallback, CompositePromotedAndPolicy) {
  // The template plugin has one kernel, so that everything else takes a detour.
  Device device("template");
  Tensor host = make({1, 2, 3, 4}, {2, 2}, kF32);
  Tensor t = host.to(device);
  reset_fallback_stats();
  set_fallback_policy(FallbackPolicy::kError);
  EXPECT_THAT(message_of([&] { exp(t); }), HasSubstr("CPU fallback is forbidden"));
  set_fallback_policy(FallbackPolicy::kAllow);
  Tensor y = softmax(t, 1);
  EXPECT_EQ(y.device(), device);
  std::vector<double> got = values(y), want = values(softmax(host, 1));
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-6);
  FallbackStats stats = fallback_stats();
  EXPECT_GT(stats.composites, 0u);
  EXPECT_GT(stats.cpu, 0u);
  set_fallback_policy(FallbackPolicy::kWarnOnce);
}

TEST(Explain, TellsKernelsLayersAndRejections) {
  Tensor a = vec({1, 2}).requires_grad_();
  std::vector<CallRecord> records = explain([&] { a * 2; });
  ASSERT_FALSE(records.empty());
  EXPECT_EQ(records[0].op, "mul");
  EXPECT_THAT(records[0].layers, ElementsAre("autograd"));
  EXPECT_THAT(records[0].chosen, HasSubstr("kernel of plugin cpu"));
  EXPECT_THAT(records[0].arguments[0], HasSubstr("needs a gradient"));
  EXPECT_THAT(records[0].arguments[1], HasSubstr("plain number"));
  EXPECT_THAT(format(records), HasSubstr("mul  on cpu:0"));
}

TEST(FunctionKernel, OverridesABuiltInOne) {
  Device reference("reference");
  Tensor a = vec({1, 2}).to(kF32).to(reference);
  Operator& op = require_operator("trunc");
  register_function_kernel(op, reference.backend(), [](Frame& f) { f.set_result(0, as_tensor(f.tensor(0)) * 100); });
  EXPECT_THAT(values(trunc(a)), ElementsAre(100, 200));
}

TEST(ZeroD, CpuNumbersJoinAnyDevice) {
  Tensor a = vec({1, 2}).to(Device("simulator"));
  Tensor three = full({}, 3, kF64);
  EXPECT_THAT(values(a * three), ElementsAre(3, 6));
  EXPECT_THAT(values(three * a), ElementsAre(3, 6));
  EXPECT_EQ((three * a).device(), Device("simulator"));
}

}  // namespace
}  // namespace sy
