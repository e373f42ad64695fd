#include "switchyard/dispatch/operator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_plugin.h"
#include "switchyard/core/log.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr DtypeRule kT0{DtypeRule::kVariable, 0};
constexpr DtypeRule kParams[] = {kT0, kT0, {}, {}};
constexpr DtypeRule kResults[][2] = {{kT0, {}}};

/// A pointwise operator over the floating dtypes.
Operator& define(const char* signature) {
  OperatorDef& def = immortal<OperatorDef>();
  def.signature = signature;
  def.kind = Kind::kPointwise;
  def.type_vars[0] = 1u << SY_F32 | 1u << SY_F64;
  def.param_dtypes = kParams;
  def.result_dtypes = kResults;
  return define_operator(def);
}

std::vector<const KernelEntry*> chain(const Operator& op, Device device, Dtype dtype) {
  std::vector<const KernelEntry*> entries;
  for (const KernelNode* n = op.kernels(device.backend(), dtype.id()); n != nullptr; n = n->next)
    entries.push_back(n->entry);
  return entries;
}

TEST(FindOperator, ByName) {
  EXPECT_EQ(find_operator("add")->name(), "add");
  EXPECT_EQ(find_operator("Add"), nullptr);
  EXPECT_EQ(message_of([] { require_operator("sofmax"); }),
            "no operator is called \"sofmax\"; did you mean \"softmax\"?");
  EXPECT_EQ(message_of([] { require_operator("transmogrification"); }), "no operator is called \"transmogrification\"");
}

TEST(FindOperator, AllAreSorted) {
  std::vector<std::string> names;
  for (Operator* op : all_operators()) names.push_back(op->name());
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_THAT(names, testing::IsSupersetOf({"add", "zeros"}));
}

TEST(OperatorInfo, IsReadOffTheSignature) {
  const OperatorInfo& sum = require_operator("sum").info();
  EXPECT_EQ(sum.first_tensor, 0);
  EXPECT_EQ(sum.dim_param, 1);
  EXPECT_EQ(sum.dtype_param, sum.signature.find_param("dtype"));
  EXPECT_FALSE(sum.mutates);
  const OperatorInfo& rand = require_operator("rand").info();
  EXPECT_EQ(rand.first_tensor, -1);
  EXPECT_EQ(rand.generator_param, 1);
  EXPECT_EQ(rand.device_param, 3);
  EXPECT_TRUE(require_operator("split").info().list_result);
  EXPECT_EQ(require_operator("sort").info().num_results, 2u);
  EXPECT_THAT(require_operator("cat").info().tensor_params, ElementsAre(0));
}

TEST(DefineOperator, Mistakes) {
  EXPECT_THAT(message_of([] { define("test::op_bad(Tensor x, Tensr y) -> Tensor"); }),
              HasSubstr("column 24: unknown type 'Tensr'"));
  EXPECT_EQ(message_of([] { define("add(Tensor x) -> Tensor"); }), "operator add is already defined");
}

TEST(RegisterKernel, RefusesWhatDoesNotFit) {
  FakePlugin& fake = fake_plugin("op_refuses");
  auto refusal = [&](FakeKernel& k) { return std::string(fake.offer(k).message()); };
  EXPECT_THAT(std::string(register_kernel(fake.plugin.get(), 0, nullptr).message()), HasSubstr("NULL or smaller"));
  FakeKernel& small = immortal<FakeKernel>("exp");
  small.table.size = offsetof(sy_kernel, run);
  EXPECT_THAT(refusal(small), HasSubstr("NULL or smaller than ABI 1.0 asks for"));
  FakeKernel& empty = immortal<FakeKernel>("exp");
  empty.table.run = nullptr;
  EXPECT_EQ(refusal(empty), "kernel: op or run is NULL");
  FakeKernel& other = immortal<FakeKernel>("exp");
  other.table.layout_hash = 0xabc;
  EXPECT_THAT(refusal(other),
              MatchesRegex("kernel exp: built for another call layout .hash 0000000000000abc, the host's is "
                           "[0-9a-f]+ for exp.Tensor self. -> Tensor."));
  for (const char* op : {"transpose", "square", "item_size_of_nothing"}) {
    if (find_operator(op) == nullptr) continue;
    EXPECT_EQ(refusal(immortal<FakeKernel>(op)), std::string("kernel ") + op + ": this operator takes no kernels");
  }
  EXPECT_TRUE(chain(require_operator("exp"), fake.at, kF32).empty());
}

TEST(RegisterKernel, DtypesOfTheKernelOrTheOperator) {
  FakePlugin& fake = fake_plugin("op_dtypes");
  Operator& exp = require_operator("exp");
  FakeKernel& some = fake.add(immortal<FakeKernel>("exp").only({SY_F32, SY_MAX_DTYPES + 7}));
  EXPECT_THAT(chain(exp, fake.at, kF32), ElementsAre(testing::Field(&KernelEntry::original, &some.table)));
  EXPECT_TRUE(chain(exp, fake.at, kF64).empty());
  FakeKernel& all = fake.kernel("exp");
  EXPECT_THAT(chain(exp, fake.at, kF64), ElementsAre(testing::Field(&KernelEntry::original, &all.table)));
  EXPECT_TRUE(chain(exp, fake.at, kI32).empty());
  EXPECT_EQ(exp.kernels(60000, SY_F32), nullptr) << "a backend beyond the table";
}

TEST(RegisterKernel, ChainsByPriorityThenInOrder) {
  FakePlugin& fake = fake_plugin("op_chain");
  FakeKernel& first = fake.kernel("exp");
  FakeKernel& low = fake.add(immortal<FakeKernel>("exp").priority(-1));
  FakeKernel& second = fake.kernel("exp");
  FakeKernel& high = fake.add(immortal<FakeKernel>("exp").priority(5));
  std::vector<const sy_kernel*> order;
  for (const KernelEntry* e : chain(require_operator("exp"), fake.at, kF32)) order.push_back(e->original);
  EXPECT_THAT(order, ElementsAre(&high.table, &first.table, &second.table, &low.table));
}

TEST(RegisterKernel, FunctionsOfTheProgramGoFirst) {
  FakePlugin& fake = fake_plugin("op_function");
  fake.add(immortal<FakeKernel>("exp").priority(100));
  Operator& exp = require_operator("exp");
  register_function_kernel(exp, fake.at.backend(), [](Frame&) {});
  EXPECT_TRUE(chain(exp, fake.at, kF32)[0]->function);
  EXPECT_EQ(chain(exp, fake.at, kF32).size(), 2u);
  EXPECT_EQ(chain(exp, fake.at, kI32).size(), 1u) << "for every dtype";
}

TEST(RegisterKernel, WaitsForItsOperator) {
  FakePlugin& fake = fake_plugin("op_waits");
  FakeKernel& k = immortal<FakeKernel>("test::op_late");
  FakeKernel& wrong = immortal<FakeKernel>("test::op_late");
  Signature signature;
  SignatureError error;
  ASSERT_TRUE(parse_signature("test::op_late(Tensor x, Tensor y) -> Tensor", signature, error));
  k.table.layout_hash = call_layout_hash(signature);
  ASSERT_TRUE(fake.offer(k).ok());
  ASSERT_TRUE(fake.offer(wrong).ok());
  std::vector<std::string> logged;
  set_log_sink([&](LogLevel, std::string_view text) { logged.emplace_back(text); });
  Operator& op = define("test::op_late(Tensor x, Tensor y) -> Tensor");
  set_log_sink({});
  EXPECT_THAT(chain(op, fake.at, kF64), ElementsAre(testing::Field(&KernelEntry::original, &k.table)));
  EXPECT_THAT(logged, ElementsAre(HasSubstr("op_waits: kernel test::op_late: built for another call layout")));
  EXPECT_THAT(fake.plugin->messages(), ElementsAre(HasSubstr("kernel test::op_late: built for another call layout")));
}

TEST(RemovePluginKernels, TakesThoseOfOnePlugin) {
  FakePlugin& fake = fake_plugin("op_remove");
  FakePlugin& other = fake_plugin("op_remove_other");
  fake.kernel("exp");
  FakeKernel& theirs = immortal<FakeKernel>("exp");  // another plugin's kernel for the same device
  ASSERT_TRUE(register_kernel(other.plugin.get(), fake.at.backend(), &theirs.table).ok());
  FakeKernel& waiting = immortal<FakeKernel>("test::op_removed");
  ASSERT_TRUE(fake.offer(waiting).ok());
  remove_plugin_kernels(fake.plugin.get());
  Operator& exp = require_operator("exp");
  EXPECT_THAT(chain(exp, fake.at, kF32), ElementsAre(testing::Field(&KernelEntry::original, &theirs.table)));
  for (const KernelEntry* e : exp.all_kernels()) EXPECT_NE(e->plugin, fake.plugin.get());
  waiting.table.layout_hash = 0;
  Operator& late = define("test::op_removed(Tensor x, Tensor y) -> Tensor");
  EXPECT_TRUE(late.all_kernels().empty());
}

/// An operator that has grown a parameter with a default, and a kernel built before that.
struct Grown {
  std::uint64_t older[1];
  std::uint32_t params[1] = {2};
  OperatorDef def{};
  Operator* op = nullptr;
  FakeKernel kernel;

  explicit Grown(const char* signature, const char* name) : kernel(name, writes(7)) {
    Signature before;
    SignatureError error;
    EXPECT_TRUE(parse_signature("f(Tensor x, Tensor y) -> Tensor", before, error));
    kernel.table.layout_hash = older[0] = call_layout_hash(before);
    def.signature = signature;
    def.kind = Kind::kPointwise;
    def.type_vars[0] = 1u << SY_F32;
    def.param_dtypes = kParams;
    def.result_dtypes = kResults;
    def.older_hashes = older;
    def.older_params = params;
    def.num_older = 1;
    op = &define_operator(def);
  }
  void call(const Tensor& x, double bias) {
    const Arg args[] = {arg(x), arg(x), arg(bias)};
    TensorBase result;
    invoke(*op, args, &result, 1);
  }
};

TEST(OlderLayout, IsCalledWithTheArgumentsThatItKnows) {
  Grown& grown = immortal<Grown>("test::op_grown(Tensor x, Tensor y, *, float bias=0) -> Tensor", "test::op_grown");
  FakePlugin& fake = fake_plugin("op_older");
  grown.kernel.on_run = [](const sy_call& call) {
    EXPECT_EQ(call.num_args, 2u);
    return SY_OK;
  };
  fake.add(grown.kernel);
  grown.call(empty({2}, kF32, fake.at), 0);
  EXPECT_EQ(grown.kernel.runs, 1);
}

TEST(OlderLayout, IsNotCalledWhereTheNewParameterHasAnotherValue) {
  Grown& grown = immortal<Grown>("test::op_grown2(Tensor x, Tensor y, *, float bias=0) -> Tensor", "test::op_grown2");
  FakePlugin& fake = fake_plugin("op_older2");
  fake.add(grown.kernel);
  EXPECT_THAT(message_of([&] { grown.call(empty({2}, kF32, fake.at), 0.5); }), HasSubstr("bias"));
  EXPECT_EQ(grown.kernel.runs, 0);
}

}  // namespace
}  // namespace sy
