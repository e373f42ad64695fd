// Reference's kernels, directly and behind the simulator, against values worked out by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "plugin_harness.h"
#include "switchyard/sdk/philox.h"

namespace sy::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Kernels : public ::testing::TestWithParam<const char*> {
 protected:
  LoadedPlugin& plugin() {
    const std::string backend = GetParam();
    return LoadedPlugin::get(backend, backend == "simulator_opaque" ? "simulator" : backend);
  }
  /// What the call failed with, at once or later.
  std::string failure(TestCall& call) {
    const sy_status status = call.run();
    const std::vector<std::string> reports = plugin().take_reports();
    return status != SY_OK ? last_error() : reports.empty() ? "" : reports[0];
  }
};

TEST_P(Kernels, AddContiguous) {
  TestCall call(plugin(), "add");
  call.tensor(f32({3}, {1, 2, 3})).tensor(f32({3}, {10, 20, 30})).scalar(0.5).output(SY_F32, {3});
  ASSERT_EQ(call.run(), SY_OK);
  EXPECT_THAT(call.result(), ElementsAre(6, 12, 18));
}

TEST_P(Kernels, AddTransposedReversedAndBroadcast) {
  Numbers a = f32({2, 3}, {1, 2, 3, 4, 5, 6});  // stored as 3 x 2, read transposed
  a.strides = {1, 2};
  Numbers b = f32({2, 3}, {10, 20, 30});  // one row, reversed, for both rows
  b.strides = {0, -1};
  b.offset = 2;
  Numbers out = f32({2, 3}, std::vector<double>(12, -1));  // every other column
  out.strides = {6, 2};
  TestCall call(plugin(), "add");
  call.tensor(a).tensor(b).scalar(1).output(out);
  ASSERT_EQ(call.run(), SY_OK);
  EXPECT_THAT(call.result(), ElementsAre(31, 23, 15, 32, 24, 16));
}

TEST_P(Kernels, AddHostScalar) {
  Numbers two = f32({}, {2});
  two.host_scalar = true;
  TestCall call(plugin(), "add");
  call.tensor(f32({2, 2}, {1, 2, 3, 4})).tensor(two).scalar(3).output(SY_F32, {2, 2});
  ASSERT_EQ(call.run(), SY_OK);
  EXPECT_THAT(call.result(), ElementsAre(7, 8, 9, 10));
}

TEST_P(Kernels, AddWrapsAndIsLogicalOr) {
  TestCall wraps(plugin(), "add", SY_U8);
  wraps.tensor(typed(SY_U8, {2}, {250, 1})).tensor(typed(SY_U8, {2}, {10, 1})).scalar(1).output(SY_U8, {2});
  ASSERT_EQ(wraps.run(), SY_OK);
  EXPECT_THAT(wraps.result(), ElementsAre(4, 2));
  TestCall either(plugin(), "add", SY_BOOL);
  either.tensor(typed(SY_BOOL, {4}, {0, 0, 1, 1})).tensor(typed(SY_BOOL, {4}, {0, 1, 0, 1})).scalar(0.5);
  either.output(SY_BOOL, {4});
  ASSERT_EQ(either.run(), SY_OK);
  EXPECT_THAT(either.result(), ElementsAre(0, 1, 1, 1));
}

TEST_P(Kernels, FloorDivideAndRemainder) {
  TestCall floor(plugin(), "floor_divide", SY_I32);
  floor.tensor(typed(SY_I32, {5}, {7, -7, 7, 5, -2147483648.0})).tensor(typed(SY_I32, {5}, {2, 2, -2, 0, -1}));
  floor.output(SY_I32, {5});
  ASSERT_EQ(floor.run(), SY_OK);
  EXPECT_THAT(floor.result(), ElementsAre(3, -4, -4, 0, -2147483648.0));
  TestCall rest(plugin(), "remainder");
  rest.tensor(f32({4}, {7, -7, 7, 5.5})).tensor(f32({4}, {2, 2, -2, 0})).output(SY_F32, {4});
  ASSERT_EQ(rest.run(), SY_OK);
  const std::vector<double> r = rest.result();
  EXPECT_THAT(std::vector<double>(r.begin(), r.begin() + 3), ElementsAre(1, 1, -1));
  EXPECT_TRUE(std::isnan(r[3]));
}

TEST_P(Kernels, CastRoundsToHalf) {
  TestCall call(plugin(), "cast", SY_F64, SY_F16);
  call.tensor(typed(SY_F64, {3}, {2049, 1e6, -0.5})).dtype(SY_F16).output(SY_F16, {3});
  ASSERT_EQ(call.run(), SY_OK);
  EXPECT_THAT(call.result(), ElementsAre(2048, INFINITY, -0.5));
}

TEST_P(Kernels, SumOverOuterAndInnerDims) {
  TestCall call(plugin(), "sum", SY_BF16);
  call.tensor(typed(SY_BF16, {2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})).ints({0, 2}).boolean(true).none();
  call.output(SY_BF16, {1, 2, 1});
  ASSERT_EQ(call.run(), SY_OK);
  EXPECT_THAT(call.result(), ElementsAre(30, 48));
}

TEST_P(Kernels, SumOverNothingIsZero) {
  TestCall call(plugin(), "sum", SY_I32);
  call.tensor(typed(SY_I32, {0, 2}, {})).ints({0}).boolean(true).none().output(SY_I64, {1, 2});
  ASSERT_EQ(call.run(), SY_OK);
  EXPECT_THAT(call.result(), ElementsAre(0, 0));
}

TEST_P(Kernels, MmWithNothingInside) {
  TestCall call(plugin(), "mm");
  call.tensor(f32({2, 0}, {})).tensor(f32({0, 2}, {})).output(SY_F32, {2, 2});
  ASSERT_EQ(call.run(), SY_OK);
  EXPECT_THAT(call.result(), ElementsAre(0, 0, 0, 0));
}

TEST_P(Kernels, AddmmBroadcastsBias) {
  TestCall call(plugin(), "addmm");
  call.tensor(f32({2}, {100, 200})).tensor(f32({2, 2}, {1, 2, 3, 4})).tensor(f32({2, 2}, {5, 6, 7, 8}));
  call.scalar(2).scalar(1).output(SY_F32, {2, 2});
  ASSERT_EQ(call.run(), SY_OK);
  EXPECT_THAT(call.result(), ElementsAre(219, 422, 243, 450));
}

TEST_P(Kernels, GatherNamesTheBadIndex) {
  TestCall good(plugin(), "gather", SY_F32, SY_I64);
  good.tensor(f32({2, 2}, {1, 2, 3, 4})).integer(0).tensor(i64({1, 2}, {-1, 0})).output(SY_F32, {1, 2});
  ASSERT_EQ(failure(good), "");
  EXPECT_THAT(good.result(), ElementsAre(3, 2));
  TestCall bad(plugin(), "gather", SY_F32, SY_I64);
  bad.tensor(f32({2, 2}, {1, 2, 3, 4})).integer(0).tensor(i64({1, 2}, {0, 2})).output(SY_F32, {1, 2});
  EXPECT_EQ(failure(bad), "gather: index 2 is out of range for dimension 0 of size 2 (argument index)");
}

TEST_P(Kernels, NativeIndexPutAccumulates) {
  TestCall call(plugin(), "native_index_put", SY_F32, SY_I64);
  call.tensor(f32({3, 2}, {0, 0, 0, 0, 0, 0})).tensors({i64({3}, {0, -1, 0})});
  call.tensor(f32({3, 2}, {1, 2, 3, 4, 5, 6})).boolean(true).output(f32({3, 2}, {10, 10, 10, 10, 10, 10}));
  ASSERT_EQ(call.run(), SY_OK);
  EXPECT_THAT(call.result(), ElementsAre(16, 18, 10, 10, 13, 14));
}

TEST_P(Kernels, SortPutsNanLastAndIsStable) {
  TestCall call(plugin(), "sort");
  call.tensor(f32({5}, {2, NAN, 1, 2, -INFINITY})).integer(-1).boolean(false).output(SY_F32, {5}).output(SY_I64, {5});
  ASSERT_EQ(call.run(), SY_OK);
  EXPECT_THAT(call.result(1), ElementsAre(4, 2, 0, 3, 1));
}

TEST_P(Kernels, UniqueAllocatesItsOutputs) {
  TestCall call(plugin(), "unique", SY_I32);
  call.tensor(typed(SY_I32, {2, 2}, {5, 3, 5, -1})).boolean(true).boolean(true);
  call.data_dependent_output().data_dependent_output().data_dependent_output();
  ASSERT_EQ(call.run(), SY_OK) << last_error();
  EXPECT_THAT(call.result(0), ElementsAre(-1, 3, 5));
  EXPECT_THAT(call.result_shape(1), ElementsAre(2, 2));
  EXPECT_THAT(call.result(1), ElementsAre(2, 1, 2, 0));
  EXPECT_THAT(call.result(2), ElementsAre(1, 1, 2));
}

TEST_P(Kernels, NonzeroOfNothing) {
  TestCall call(plugin(), "nonzero");
  call.tensor(f32({2, 2}, {0, 0, 0, 0})).data_dependent_output();
  ASSERT_EQ(call.run(), SY_OK) << last_error();
  EXPECT_THAT(call.result_shape(), ElementsAre(0, 2));
}

TEST_P(Kernels, SoftmaxDoesNotOverflow) {
  TestCall call(plugin(), "softmax", SY_F64);
  call.tensor(typed(SY_F64, {2, 2}, {1000, 1000 + std::log(3.0), -1e9, -1e9})).integer(1).output(SY_F64, {2, 2});
  ASSERT_EQ(call.run(), SY_OK);
  const std::vector<double> r = call.result();
  EXPECT_NEAR(r[0], 0.25, 1e-12);
  EXPECT_NEAR(r[1], 0.75, 1e-12);
  EXPECT_EQ(r[2], 0.5);
}

TEST_P(Kernels, Conv2dWithPaddingStrideAndBias) {
  TestCall call(plugin(), "conv2d");
  call.tensor(f32({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9})).tensor(f32({1, 1, 2, 2}, {1, 10, 100, 1000}));
  call.tensor(f32({1}, {0.5})).ints({2, 2}).ints({1, 1}).ints({1, 1}).integer(1).output(SY_F32, {1, 1, 2, 2});
  ASSERT_EQ(call.run(), SY_OK);
  EXPECT_THAT(call.result(), ElementsAre(1000.5, 3200.5, 7040.5, 9865.5));
}

TEST_P(Kernels, MaxPoolTakesNan) {
  TestCall call(plugin(), "max_pool2d_with_indices");
  call.tensor(f32({1, 1, 2, 4}, {1, NAN, 3, 3, 9, 2, 3, 0})).ints({2, 2}).ints({2, 2}).ints({0, 0}).ints({1, 1});
  call.output(SY_F32, {1, 1, 1, 2}).output(SY_I64, {1, 1, 1, 2});
  ASSERT_EQ(call.run(), SY_OK);
  EXPECT_THAT(call.result(1), ElementsAre(1, 2));
  EXPECT_TRUE(std::isnan(call.result(0)[0]));
}

TEST_P(Kernels, RandIsPhiloxByIndex) {
  TestCall call(plugin(), "rand");
  call.ints({3}).rng(7, 5).none().none().output(SY_F32, {3});
  ASSERT_EQ(call.run(), SY_OK);
  const std::vector<double> r = call.result();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(r[i], sdk::uniform<float>(sdk::philox(7, 5, i)));
}

TEST_P(Kernels, RandomOperatorsFollowTheirFormulas) {
  const auto words = [](int i) { return sdk::philox(3, 1, i); };
  TestCall integers(plugin(), "randint", SY_I32);
  integers.integer(-5).integer(5).ints({4}).rng(3, 1).none().none().output(SY_I32, {4});
  ASSERT_EQ(integers.run(), SY_OK);
  TestCall normals(plugin(), "randn", SY_F64);
  normals.ints({4}).rng(3, 1).none().none().output(SY_F64, {4});
  ASSERT_EQ(normals.run(), SY_OK);
  TestCall coins(plugin(), "bernoulli");
  coins.tensor(f32({4}, {0, 1, 0.5, 0.5})).rng(3, 1).output(SY_F32, {4});
  ASSERT_EQ(coins.run(), SY_OK);
  TestCall dropout(plugin(), "native_dropout");
  dropout.tensor(f32({4}, {1, 2, 3, 4})).floating(0.5).rng(3, 1).output(SY_F32, {4}).output(SY_BOOL, {4});
  ASSERT_EQ(dropout.run(), SY_OK);
  for (int i = 0; i < 4; ++i) {
    const double u = std::ldexp(words(i)[0] >> 8, -24);
    const double p = i == 0 ? 0 : i == 1 ? 1 : 0.5;
    const std::uint64_t high = std::uint64_t{words(i)[0]} << 32 | words(i)[1];
    EXPECT_EQ(integers.result()[i], -5 + static_cast<double>(high % 10));
    EXPECT_EQ(normals.result()[i], sdk::normal<double>(words(i)));
    EXPECT_EQ(coins.result()[i], u < p ? 1 : 0);
    EXPECT_EQ(dropout.result(1)[i], u >= 0.5 ? 1 : 0);
    EXPECT_EQ(dropout.result(0)[i], u >= 0.5 ? 2 * (i + 1) : 0);
  }
}

TEST_P(Kernels, UnknownSlotsAreRefused) {
  TestCall call(plugin(), "exp");
  call.raw(99).output(SY_F32, {1});
  EXPECT_EQ(call.run(), SY_UNSUPPORTED);
  EXPECT_THAT(last_error(), HasSubstr("exp: "));
}

TEST_P(Kernels, UnsupportedDtypeIsNamed) {
  TestCall call(plugin(), "exp", SY_I32);
  call.tensor(typed(SY_I32, {1}, {1})).output(SY_I32, {1});
  EXPECT_THAT(failure(call), HasSubstr("exp: dtype i32"));
}

TEST_P(Kernels, EveryKernelIsWellFormed) {
  EXPECT_GT(plugin().kernels().size(), 90u);
  for (const sy_kernel* kernel : plugin().kernels()) {
    EXPECT_EQ(kernel->size, sizeof(sy_kernel));
    EXPECT_NE(kernel->layout_hash, 0u) << kernel->op;
    EXPECT_NE(kernel->run, nullptr);
    EXPECT_EQ(plugin().find(kernel->op), kernel) << "two kernels for " << kernel->op;
  }
}

INSTANTIATE_TEST_SUITE_P(Plugins, Kernels, ::testing::Values("reference", "simulator", "simulator_opaque"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace sy::testing
