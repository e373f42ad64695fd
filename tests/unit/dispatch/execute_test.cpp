// Which kernel runs, and what happens where none does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../autograd/values.h"
#include "fake_plugin.h"
#include "switchyard/dispatch/current_device.h"
#include "switchyard/dispatch/fallback.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Execute : public testing::Test {
 protected:
  void SetUp() override {
    set_fallback_policy(FallbackPolicy::kAllow);
    reset_fallback_stats();
  }
  void TearDown() override { set_fallback_policy(FallbackPolicy::kWarnOnce); }
};

TEST_F(Execute, TheFirstThatAcceptsRuns) {
  FakePlugin& fake = fake_plugin("exec_chain");
  FakeKernel& last = fake.kernel("mm", writes(3));
  FakeKernel& middle = fake.add(immortal<FakeKernel>("mm", writes(2)).priority(1));
  FakeKernel& high = fake.add(immortal<FakeKernel>("mm", writes(1)).priority(2).supports([](const sy_call& call) {
    return argument(call, 0).view.shape[0] == 1 ? SY_OK : leave_abi_error(SY_UNSUPPORTED, "one row only");
  }));
  Tensor row = empty({1, 2}, kF32, fake.at), square = empty({2, 2}, kF32, fake.at);
  EXPECT_THAT(values(mm(row, square)), ElementsAre(1, 1));
  EXPECT_THAT(values(mm(square, square)), ElementsAre(2, 2, 2, 2));
  EXPECT_EQ(high.runs, 1);
  EXPECT_EQ(middle.runs, 1);
  EXPECT_EQ(last.runs, 0);
}

TEST_F(Execute, RunMayDeclineToo) {
  FakePlugin& fake = fake_plugin("exec_run_declines");
  fake.kernel("mm", writes(5));
  FakeKernel& high = fake.add(immortal<FakeKernel>("mm", declines("not today")).priority(1));
  Tensor t = empty({1, 1}, kF32, fake.at);
  EXPECT_THAT(values(mm(t, t)), ElementsAre(5));
  EXPECT_EQ(high.runs, 1);
}

TEST_F(Execute, ContiguousCopiesAreTriedWhereNobodyTakesStrides) {
  FakePlugin& fake = fake_plugin("exec_contiguous");
  FakeKernel& k = fake.add(immortal<FakeKernel>("mm", [](const sy_call& call) {
                             EXPECT_TRUE(argument(call, 0).flags & SY_TENSOR_CONTIGUOUS);
                             first<float>(output(call))[0] = first<float>(argument(call, 0))[1];
                             return SY_OK;
                           }).flags(0));
  Tensor t = make({1, 2, 3, 4}, {2, 2}, kF32).to(fake.at).transpose(0, 1);
  EXPECT_EQ(values(mm(t, t))[0], 3) << "the second element of the transposed";
  EXPECT_EQ(k.runs, 1);
  EXPECT_EQ(fallback_stats().contiguous_copies, 1u);
  mm(t.contiguous(), t.contiguous());
  EXPECT_EQ(fallback_stats().contiguous_copies, 1u) << "no copies, no detour";
}

TEST_F(Execute, ResultsOfContiguousKernelsReachStridedOutputs) {
  FakePlugin& fake = fake_plugin("exec_strided_out");
  fake.add(immortal<FakeKernel>("exp", [](const sy_call& call) {
             for (int i = 0; i < 4; ++i) first<float>(output(call))[i] = static_cast<float>(i);
             return SY_OK;
           }).flags(0));
  Tensor a = empty({2, 2}, kF32, fake.at), out = empty({2, 2}, kF32, fake.at);
  Tensor turned = out.transpose(0, 1);
  exp_out(turned, a);
  EXPECT_THAT(values(turned), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(values(out), ElementsAre(0, 2, 1, 3));
}

TEST_F(Execute, CompositeComesBeforePromotionAndCpu) {
  FakePlugin& fake = fake_plugin("exec_composite");
  FakeKernel& mul = fake.kernel("mul", writes(1));
  FakeKernel& add = fake.kernel("add", writes(9));
  Tensor t = empty({2}, kF32, fake.at);
  Tensor y = addcmul(t, t, t);
  EXPECT_GE(mul.runs, 1);
  EXPECT_EQ(add.runs, 1);
  EXPECT_EQ(fallback_stats().composites, 1u);
  EXPECT_EQ(fallback_stats().cpu, 0u);
  EXPECT_THAT(values(y), ElementsAre(9, 9));
}

TEST_F(Execute, ADtypeThatIsMissingRunsInAWiderOne) {
  FakePlugin& fake = fake_plugin("exec_promoted");
  FakeKernel& k = fake.add(immortal<FakeKernel>("exp", writes(1.5)).only({SY_F32}));
  Tensor half = empty({2}, kF16, fake.at);
  Tensor y = exp(half);
  EXPECT_EQ(y.dtype(), kF16);
  EXPECT_THAT(values(y), ElementsAre(1.5, 1.5));
  EXPECT_EQ(k.runs, 1);
  EXPECT_EQ(fallback_stats().promoted, 1u);
}

TEST_F(Execute, CpuTakesTheRestAndTheResultComesBack) {
  FakePlugin& fake = fake_plugin("exec_cpu");
  Tensor t = make({0, 1}, {2}, kF32).to(fake.at);
  Tensor y = neg(t);
  EXPECT_EQ(y.device(), fake.at);
  EXPECT_THAT(values(y), ElementsAre(0, -1));
  Tensor out = zeros({4}, kF32, fake.at);
  Tensor stepped = out.slice(0, 0, 4, 2);
  neg_out(stepped, t);
  EXPECT_THAT(values(out), ElementsAre(0, 0, -1, 0));
  t.neg_();
  EXPECT_THAT(values(t), ElementsAre(0, -1));
  EXPECT_EQ(fallback_stats().cpu_by_operator.at("neg on exec_cpu:0"), 3u);
}

TEST_F(Execute, ForbiddenCpuSaysWhyEachKernelDeclined) {
  FakePlugin& fake = fake_plugin("exec_forbidden");
  fake.add(immortal<FakeKernel>("neg").supports(declines("too small")));
  set_fallback_policy(FallbackPolicy::kError);
  EXPECT_EQ(message_of([&] { neg(empty({2}, kF32, fake.at)); }),
            "neg: no kernel on exec_forbidden:0, and the CPU fallback is forbidden. kernel of plugin exec_forbidden: "
            "too small");
}

// Names what there is, so that one sees whether the device, the dtype or the plugin is what is missing.
TEST_F(Execute, NoKernelAnywhereNamesTheNearest) {
  static OperatorDef def{};
  static const DtypeRule params[] = {{DtypeRule::kVariable, 0}};
  static const DtypeRule results[][2] = {{{DtypeRule::kVariable, 0}, {}}};
  def.signature = "test::exec_rare(Tensor x) -> Tensor";
  def.kind = Kind::kPointwise;
  def.type_vars[0] = 1u << SY_F32 | 1u << SY_F64;
  def.param_dtypes = params;
  def.result_dtypes = results;
  Operator& op = define_operator(def);
  FakePlugin& fake = fake_plugin("exec_rare");
  auto run = [&](const Tensor& x) {
    return message_of([&] {
      const Arg args[] = {arg(x)};
      TensorBase result;
      invoke(op, args, &result, 1);
    });
  };
  Tensor here = empty({2}, kF32, fake.at);
  EXPECT_EQ(
      run(here),
      "test::exec_rare: no kernel for exec_rare:0 and dtype f32 (exec_rare has no kernel test::exec_rare for f32); "
      "no plugin brings one");
  fake.add(immortal<FakeKernel>("test::exec_rare").only({SY_F64}));
  EXPECT_EQ(
      run(here),
      "test::exec_rare: no kernel for exec_rare:0 and dtype f32 (exec_rare has no kernel test::exec_rare for f32); "
      "there are kernels for exec_rare (f64)");
  EXPECT_EQ(run(zeros({2}, kF64)),
            "test::exec_rare: no kernel for cpu:0 and dtype f64 (cpu has no kernel test::exec_rare for f64); "
            "there are kernels for exec_rare (f64)");
}

// Where nothing else says, an operator runs on the current device; its fallback on the cpu must not look there again.
TEST_F(Execute, AnOperatorWithoutTensorsFallsBackFromTheCurrentDevice) {
  static OperatorDef def{};
  static const DtypeRule params[] = {{}};
  static const DtypeRule results[][2] = {{{DtypeRule::kDefault, 0}, {}}};
  def.signature = "test::exec_ramp(int n) -> Tensor";
  def.param_dtypes = params;
  def.result_dtypes = results;
  Operator& op = define_operator(def);
  register_function_kernel(op, kCpuBackend, [](Frame& f) { f.set_result(0, arange(0, f.integer(0), 1, kF64)); });
  FakePlugin& fake = fake_plugin("exec_ramp");
  DeviceGuard guard(fake.at);
  std::int64_t n = 3;
  const Arg args[] = {arg(n)};
  TensorBase result;
  invoke(op, args, &result, 1);
  EXPECT_EQ(describe(result), "f64[3] on exec_ramp:0");
  EXPECT_EQ(current_device(), fake.at);
  EXPECT_EQ(fallback_stats().cpu_by_operator.at("test::exec_ramp on exec_ramp:0"), 1u);
}

TEST_F(Execute, PartsTellErrorsAsTheWhole) {
  EXPECT_THAT(message_of([] {
                cross_entropy(vec({1, 2}), vec({1, 2}).to(kI64));
              }),
              testing::StartsWith("cross_entropy: "));
}

TEST_F(Execute, FunctionKernelsServeEveryForm) {
  FakePlugin& fake = fake_plugin("exec_function");
  FakeKernel& k = fake.kernel("exp", writes(0));
  register_function_kernel(require_operator("exp"), fake.at.backend(),
                           [](Frame& f) { f.set_result(0, full({2}, 7, kF32, f.tensor(0).device())); });
  Tensor t = empty({2}, kF32, fake.at);
  EXPECT_THAT(values(exp(t)), ElementsAre(7, 7));
  exp_out(t, t);
  EXPECT_THAT(values(t), ElementsAre(7, 7));
  EXPECT_GT(t.version(), 0u);
  EXPECT_EQ(k.runs, 0);
  Tensor three = empty({3}, kF32, fake.at);
  EXPECT_EQ(message_of([&] { exp_out(three, three); }),
            "exp: a result of shape [2] cannot be written into an output of shape [3]");
  Tensor ints = empty({2}, kI32, fake.at);
  EXPECT_EQ(message_of([&] { exp_out(ints, t); }),
            "exp: a result of dtype f32 cannot be written into an output of dtype i32");
}

TEST_F(Execute, NothingToComputeNeedsNoKernel) {
  FakePlugin& fake = fake_plugin("exec_empty");
  set_fallback_policy(FallbackPolicy::kError);
  EXPECT_EQ(describe(exp(empty({0, 3}, kF32, fake.at))), "f32[0, 3] on exec_empty:0");
}

// A kernel that declines must not have used up a counter: one seed gives the same numbers on every device.
TEST_F(Execute, ADetourDrawsNoMoreRandomNumbers) {
  FakePlugin& fake = fake_plugin("exec_random");
  fake.add(immortal<FakeKernel>("rand").supports(declines("no dice")));
  manual_seed(5);
  Tensor here = rand({4}, std::nullopt, kF32, fake.at);
  EXPECT_EQ(default_generator().state().offset, 1u);
  manual_seed(5);
  EXPECT_EQ(values(here), values(rand({4}, std::nullopt, kF32)));
}

}  // namespace
}  // namespace sy
