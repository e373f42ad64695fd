// The short way must be told from the long one by its speed alone.
#include "switchyard/dispatch/fast_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../autograd/values.h"
#include "fake_plugin.h"
#include "switchyard/dispatch/explain.h"

namespace sy {
namespace {

using testing::ElementsAre;

/// Whether a call takes the short way, and its result.
bool is_fast(const char* op, const std::vector<Arg>& args, TensorBase* result, Variant variant = Variant::kFunction) {
  Frame frame(require_operator(op), args, result, 1, variant);
  return fast_pointwise(frame);
}

TEST(FastPath, TakesWhatIsPlain) {
  Tensor a = vec({1, 2}), b = vec({10, 20}), two = wrapped_number(2);
  Scalar alpha(3);
  TensorBase y;
  EXPECT_TRUE(is_fast("add", {arg(a), arg(b), arg(alpha)}, &y));
  EXPECT_THAT(values(as_tensor(y)), ElementsAre(31, 62));
  EXPECT_TRUE(is_fast("mul", {arg(two), arg(b)}, &y)) << "a number first";
  EXPECT_THAT(values(as_tensor(y)), ElementsAre(20, 40));
  EXPECT_TRUE(is_fast("lt", {arg(a), arg(b)}, &y));
  EXPECT_EQ(y.dtype(), kBool);
}

bool is_fast_function(const char* op, const std::vector<Arg>& args, TensorBase* results, std::uint32_t count = 1,
                      Variant variant = Variant::kFunction) {
  Frame frame(require_operator(op), args, results, count, variant);
  return fast_function(frame);
}

TEST(FastFunction, TakesWhatIsPlain) {
  Tensor m = make({1, 2, 3, 4}, {2, 2}), turned = m.transpose(0, 1);
  TensorBase y[2];
  EXPECT_TRUE(is_fast_function("mm", {arg(m), arg(turned)}, y));
  EXPECT_THAT(values(as_tensor(y[0])), ElementsAre(5, 11, 11, 25));
  std::int64_t last = -1;
  bool keep = false;
  EXPECT_TRUE(is_fast_function("sum", {arg(m), arg(IntArray(&last, 1)), arg(keep), Arg{}}, y));
  EXPECT_THAT(values(as_tensor(y[0])), ElementsAre(3, 7));
  EXPECT_EQ(shape_str(y[0].shape()), "[2]");
  keep = true;
  EXPECT_TRUE(is_fast_function("sum", {arg(m), Arg{}, arg(keep), Arg{}}, y));
  EXPECT_EQ(shape_str(y[0].shape()), "[1, 1]");
  EXPECT_THAT(values(as_tensor(y[0])), ElementsAre(10));
}

TEST(FastFunction, TakesTensorsOfSeveralTypeVariables) {
  Tensor m = make({1, 2, 3, 4}, {2, 2}), at = make({1, 0, 1}, {3}, kI32), floats = vec({1, 0});
  TensorBase y;
  std::int64_t dim = 0;
  EXPECT_TRUE(is_fast_function("index_select", {arg(m), arg(dim), arg(at)}, &y));
  EXPECT_THAT(values(as_tensor(y)), ElementsAre(3, 4, 1, 2, 3, 4));
  TensorBase none;
  EXPECT_FALSE(is_fast_function("index_select", {arg(m), arg(dim), arg(floats)}, &none)) << "T1 holds no floats";
  EXPECT_FALSE(none.defined());
}

TEST(FastFunction, OneValueStandsForAPair) {
  Tensor image = make({1, 2, 3, 4, 5, 6, 7, 8}, {1, 1, 2, 4});
  const std::int64_t two[] = {2, 2}, zero[] = {0, 0}, one[] = {1, 1};
  auto pool = [&](std::size_t count, TensorBase* y) {
    return is_fast_function("max_pool2d_with_indices",
                            {arg(image), arg(IntArray(two, count)), arg(IntArray(two, 2)), arg(IntArray(zero, count)),
                             arg(IntArray(one, 1))},
                            y, 2);
  };
  for (std::size_t count : {1, 2}) {
    TensorBase y[2];
    EXPECT_TRUE(pool(count, y));
    EXPECT_THAT(values(as_tensor(y[0])), ElementsAre(6, 8));
    EXPECT_THAT(values(as_tensor(y[1])), ElementsAre(5, 7));
  }
  const std::int64_t three[] = {2, 2, 2};
  EXPECT_THAT(message_of([&] { max_pool2d_with_indices(image, IntArray(three, 3), {2}, {0}, {1}); }),
              testing::HasSubstr("argument kernel_size: expected 1 or 2 values, got 3"));
}

TEST(FastFunction, LeavesTheRest) {
  Tensor m = make({1, 2, 3, 4}, {2, 2}), ints = m.to(kI32), far = m.to(Device("simulator")), none = empty({0, 2}, kF64),
         two = wrapped_number(2), out = empty({2, 2}, kF64);
  TensorBase y, target = out;
  Dtype f32 = kF32;
  bool keep = false;
  EXPECT_FALSE(is_fast_function("mm", {arg(m), arg(ints)}, &y)) << "two dtypes";
  EXPECT_FALSE(is_fast_function("mm", {arg(m), arg(far)}, &y)) << "two devices";
  EXPECT_FALSE(is_fast_function("mm", {arg(none), arg(m)}, &y)) << "nothing to do";
  EXPECT_FALSE(is_fast_function("mm", {arg(m), arg(m)}, &target, 1, Variant::kOut));
  EXPECT_FALSE(is_fast_function("sum", {arg(far), Arg{}, arg(keep), Arg{}}, &y)) << "no host memory";
  EXPECT_FALSE(is_fast_function("sum", {arg(m), Arg{}, arg(keep), arg(f32)}, &y)) << "another dtype asked for";
  EXPECT_FALSE(is_fast_function("sum", {arg(two), Arg{}, arg(keep), Arg{}}, &y)) << "a plain number";
  EXPECT_FALSE(is_fast_function("mean", {arg(ints), Arg{}, arg(keep), Arg{}}, &y)) << "an operand to convert";
  EXPECT_FALSE(is_fast_function("neg", {arg(m)}, &y)) << "another kind";
  EXPECT_FALSE(y.defined());
}

TEST(FastFunction, MistakesReadAsOnTheLongWay) {
  Tensor m = make({1, 2, 3, 4}, {2, 2}), row = vec({1, 2, 3});
  EXPECT_THAT(message_of([&] { mm(m, row.unsqueeze(0)); }), testing::HasSubstr("mm: "));
  EXPECT_THAT(message_of([&] { m.sum({0, 0}); }), testing::HasSubstr("sum: argument dim names dimension 0 twice"));
}

TEST(FastPath, LeavesTheRest) {
  Tensor a = vec({1, 2}), half = wrapped_number(0.5), m = make({1, 2, 3, 4}, {2, 2});
  Tensor ints = a.to(kI32), turned = m.transpose(0, 1), none = empty({0}, kF64), one = vec({1}),
         far = a.to(Device("simulator"));
  Scalar alpha(1);
  TensorBase y;
  EXPECT_FALSE(is_fast("add", {arg(a), arg(one), arg(alpha)}, &y)) << "broadcast";
  EXPECT_FALSE(is_fast("add", {arg(a), arg(ints), arg(alpha)}, &y)) << "two dtypes";
  EXPECT_FALSE(is_fast("mul", {arg(ints), arg(half)}, &y)) << "a number that raises the dtype";
  EXPECT_FALSE(is_fast("exp", {arg(ints)}, &y)) << "an operator that does";
  EXPECT_FALSE(is_fast("neg", {arg(turned)}, &y)) << "strides";
  EXPECT_FALSE(is_fast("neg", {arg(none)}, &y)) << "nothing to do";
  EXPECT_FALSE(is_fast("neg", {arg(far)}, &y)) << "no host memory";
  EXPECT_FALSE(is_fast("add", {arg(a), arg(far), arg(alpha)}, &y)) << "two devices";
  EXPECT_FALSE(is_fast("mul", {arg(half), arg(half)}, &y)) << "numbers alone";
  EXPECT_FALSE(is_fast("mm", {arg(m), arg(m)}, &y));
  EXPECT_FALSE(y.defined());
}

TEST(FastPath, TakesOperandsOfAFixedDtype) {
  Tensor a = vec({1, 2}), b = vec({3, 4}), mask = make({1, 0}, {2}, kBool), one = make({1}, {1}, kBool);
  Tensor zero = wrapped_number(0), yes = wrapped_number(true);
  TensorBase y;
  EXPECT_TRUE(is_fast("where", {arg(mask), arg(a), arg(b)}, &y));
  EXPECT_THAT(values(Tensor(y)), ElementsAre(1, 4));
  EXPECT_TRUE(is_fast("where", {arg(mask), arg(zero), arg(b)}, &y));
  EXPECT_THAT(values(Tensor(y)), ElementsAre(0, 4));
  EXPECT_FALSE(is_fast("where", {arg(a), arg(a), arg(b)}, &y)) << "a condition of another dtype";
  EXPECT_FALSE(is_fast("where", {arg(one), arg(a), arg(b)}, &y)) << "broadcast";
  EXPECT_FALSE(is_fast("where", {arg(yes), arg(a), arg(b)}, &y)) << "a plain number as the condition";
  EXPECT_FALSE(is_fast("where", {arg(mask), arg(zero), arg(zero)}, &y)) << "nothing of T0";
}

TEST(FastPath, KernelsMayAskForWorkspace) {
  auto asks = [](const sy_call& call) {
    void* memory = nullptr;
    sy_status code = call.host->workspace(&call, 64, &memory);
    first<float>(output(call))[0] = memory != nullptr ? 7 : 0;
    return code;
  };
  FakePlugin& fake = fake_plugin("fast_workspace");
  FakeKernel& pointwise = fake.add(immortal<FakeKernel>("neg", asks));
  FakeKernel& other = fake.add(immortal<FakeKernel>("cumsum", asks));
  Tensor t = empty({1}, kF32, fake.at);
  EXPECT_THAT(values(neg(t)), ElementsAre(7));
  EXPECT_THAT(values(cumsum(t, 0)), ElementsAre(7));
  EXPECT_EQ(pointwise.runs + other.runs, 2);
}

TEST(FastPath, WritesInPlaceWhereItIsSafe) {
  Tensor base = vec({1, 2, 3, 4});
  Tensor a = base.slice(0, 0, 3), shifted = base.slice(0, 1, 4);
  Scalar alpha(1);
  TensorBase target = a;
  EXPECT_TRUE(is_fast("add", {arg(a), arg(a), arg(alpha)}, &target, Variant::kInplace));
  EXPECT_THAT(values(base), ElementsAre(2, 4, 6, 4));
  EXPECT_EQ(base.version(), 1u);
  EXPECT_STREQ(base.storage()->last_writer(), "add");
  EXPECT_FALSE(is_fast("add", {arg(a), arg(shifted), arg(alpha)}, &target, Variant::kInplace))
      << "would read what it wrote";
  TensorBase small = vec({0, 0}), ints = make({0, 0, 0}, {3}, kI32);
  EXPECT_FALSE(is_fast("neg", {arg(a)}, &small, Variant::kOut));
  EXPECT_FALSE(is_fast("neg", {arg(a)}, &ints, Variant::kOut));
  TensorBase mask = empty({3}, kBool);
  EXPECT_TRUE(is_fast("lt", {arg(a), arg(a)}, &mask, Variant::kOut));
}

TEST(FastPath, NumbersAreReadInTheTensorsDtype) {
  Tensor bytes = make({1, 2}, {2}, kU8);
  EXPECT_THAT(values(bytes + 255), ElementsAre(0, 1)) << "wraps";
  EXPECT_THAT(values(make({1}, {1}, kF16) * 0.1), ElementsAre(testing::DoubleNear(0.1, 1e-4)));
  EXPECT_EQ((bytes * true).dtype(), kU8);
}

TEST(FastPath, KernelsThatDeclineOrFail) {
  FakePlugin& fake = fake_plugin("fast_fails");
  sy_status code = SY_UNSUPPORTED;
  FakeKernel& k = fake.kernel("neg", [&](const sy_call&) { return leave_abi_error(code, "cannot"); });
  Tensor t = empty({2}, kF32, fake.at);
  TensorBase y;
  EXPECT_FALSE(is_fast("neg", {arg(t)}, &y)) << "the long way asks the others";
  EXPECT_FALSE(y.defined());
  code = SY_INVALID_ARGUMENT;
  EXPECT_EQ(message_of([&] { neg(t); }), "neg: cannot [fast_fails:0, plugin fast_fails]");
  Tensor before = t;
  EXPECT_THROW(t.neg_(), Error);
  EXPECT_EQ(t.version(), 0u);
  EXPECT_EQ(k.runs, 3);
}

TEST(FastPath, KernelsWithConditionsGoTheLongWay) {
  FakePlugin& fake = fake_plugin("fast_conditions");
  FakeKernel& k = fake.kernel("neg");
  k.runs = 0;
  Tensor t = empty({2}, kF32, fake.at);
  TensorBase y;
  EXPECT_TRUE(is_fast("neg", {arg(t)}, &y));
  fake.add(immortal<FakeKernel>("neg").priority(1).supports([](const sy_call&) { return SY_OK; }));
  EXPECT_FALSE(is_fast("neg", {arg(t)}, &y));
  fake.add(immortal<FakeKernel>("neg").priority(2).flags(SY_KERNEL_STRIDED | SY_KERNEL_HOST_SCALARS |
                                                         SY_KERNEL_NOT_REENTRANT));
  EXPECT_FALSE(is_fast("neg", {arg(t)}, &y));
  fake.add(immortal<FakeKernel>("neg").priority(3));
  EXPECT_TRUE(is_fast("neg", {arg(t)}, &y));
  explain([&] { EXPECT_FALSE(is_fast("neg", {arg(t)}, &y)) << "an explanation wants the whole story"; });
}

}  // namespace
}  // namespace sy
