// What is checked and worked out before any kernel.
#include "switchyard/dispatch/prologue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../autograd/values.h"
#include "fake_plugin.h"
#include "switchyard/dispatch/boxed.h"
#include "switchyard/dispatch/fallback.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Devices, MixedOnesNameBothArguments) {
  Tensor here = make({1, 2, 3, 4}, {2, 2}), there = here.to(Device("reference"));
  EXPECT_EQ(message_of([&] { mm(here, there); }),
            "mm: argument mat2 is on reference:0, expected cpu:0 as argument self");
  EXPECT_EQ(message_of([&] { addcmul(there, there, here); }),
            "addcmul: argument tensor2 is on cpu:0, expected reference:0 as argument self");
  EXPECT_EQ(message_of([&] {
              cat({here, there}, 0);
            }),
            "cat: argument tensors[1] is on reference:0, expected cpu:0 as argument tensors[0]");
}

TEST(Devices, ZeroDimensionalCpuTensorsJoinAny) {
  Device device("simulator");
  Tensor a = vec({1, 2}).to(device), three = full({}, 3, kF64);
  for (const Tensor& y : {a * three, three * a}) {
    EXPECT_EQ(y.device(), device);
    EXPECT_THAT(values(y), ElementsAre(3, 6));
  }
  EXPECT_EQ((three * three).device(), Device());
  Tensor far = three.to(device);
  EXPECT_THAT(message_of([&] { vec({1}) * far; }), HasSubstr("other is on simulator:0, expected cpu:0"))
      << "not the other way round";
}

TEST(Devices, OutputsToo) {
  Tensor a = vec({1, 2}), out = vec({0, 0}).to(Device("reference"));
  EXPECT_EQ(message_of([&] { neg_out(out, a); }), "neg: the output is on reference:0, expected cpu:0");
  EXPECT_EQ(message_of([&] {
              Tensor undefined;
              neg_out(undefined, a);
            }),
            "neg: the output tensor is undefined");
}

TEST(Arguments, UndefinedTensors) {
  Tensor a = vec({1});
  EXPECT_EQ(message_of([&] { a + Tensor(); }), "add: argument other is an undefined tensor");
  EXPECT_EQ(message_of([&] { cat({a, Tensor()}, 0); }), "cat: argument tensors[1] is an undefined tensor");
}

TEST(Arguments, ListsOfFixedLength) {
  Tensor x = ones({1, 1, 4, 4}), w = ones({1, 1, 1, 1});
  EXPECT_THAT(conv2d(x, w, {}, 2).shape().vec(), ElementsAre(1, 1, 2, 2));
  EXPECT_THAT(conv2d(x, w, {}, {1, 2}).shape().vec(), ElementsAre(1, 1, 4, 2));
  EXPECT_EQ(message_of([&] { conv2d(x, w, {}, {1, 2, 3}); }), "conv2d: argument stride: expected 1 or 2 values, got 3");
  EXPECT_EQ(message_of([&] { conv2d(x, w, {}, IntArray()); }),
            "conv2d: argument stride: expected 1 or 2 values, got 0");
}

TEST(Dtypes, WithoutPromotionBothAreNamed) {
  Tensor a = make({1}, {1, 1}, kF32), b = make({1}, {1, 1}, kF64);
  EXPECT_EQ(message_of([&] { mm(a, b); }),
            "mm: argument mat2 is f64[1, 1] on cpu:0, expected dtype f32 as argument self");
}

TEST(Dtypes, DeclaredSets) {
  EXPECT_EQ(message_of([] { softmax(vec({1}).to(kI64), 0); }),
            "softmax: dtype i64 is not supported, expected one of f16, bf16, f32, f64");
  EXPECT_EQ(message_of([] { zeros({2}).logical_not().neg(); }),
            "neg: dtype bool is not supported, expected one of u8, i8, i16, i32, i64, f16, bf16, f32, f64");
  EXPECT_EQ(message_of([] { rand({2}, std::nullopt, kI32); }),
            "rand: dtype i32 is not supported, expected one of f16, bf16, f32, f64");
  EXPECT_EQ(message_of([] { square(ones({2}, kBool)); }),
            "square: dtype bool is not supported, expected one of u8, i8, i16, i32, i64, f16, bf16, f32, f64");
}

TEST(Dtypes, FixedOnes) {
  Tensor x = vec({1, 2});
  EXPECT_THAT(message_of([&] { masked_fill(x, x, 0); }),
              HasSubstr("argument mask is f64[2] on cpu:0, expected dtype bool"));
}

TEST(Broadcasting, ErrorNamesBothShapes) {
  Tensor a = make({1, 2, 3, 4, 5, 6}, {2, 3});
  EXPECT_EQ(message_of([&] {
              a + vec({1, 2});
            }),
            "add: cannot broadcast argument other of shape [2] with [2, 3] (self before it)");
}

TEST(Reductions, DimsAreChecked) {
  Tensor a = ones({2, 3});
  EXPECT_EQ(message_of([&] { a.sum({0, -2}); }), "sum: argument dim names dimension 0 twice");
  EXPECT_EQ(message_of([&] { a.sum(2); }),
            "sum: argument dim: dimension 2 is out of range for a tensor of 2 dimension(s)");
  Tensor zero_d = full({}, 4, kF64);
  EXPECT_THAT(values(zero_d.sum(0)), ElementsAre(4));
  EXPECT_THAT(values(zero_d.sum(-1)), ElementsAre(4));
  EXPECT_THROW(zero_d.sum(1), Error);
  EXPECT_EQ(describe(a.sum({1, 0}, true)), "f32[1, 1] on cpu:0");
  EXPECT_EQ(describe(a.sum(IntArray())), "f32[] on cpu:0") << "no dims are all";
}

TEST(Outputs, ShapeAndDtypeMustFit) {
  Tensor a = vec({1, 2}), out = vec({7, 7}), ints = vec({1, 2}).to(kI32);
  EXPECT_EQ(message_of([&] {
              neg_out(out, vec({1, 2, 3}));
            }),
            "neg: a result of shape [3] was given an output of shape [2]");
  EXPECT_EQ(message_of([&] {
              out.add_(make({1, 2, 3, 4}, {2, 2}));
            }),
            "add: a result of shape [2, 2] cannot be written into self of shape [2]");
  EXPECT_EQ(message_of([&] { ints.mul_(1.5); }),
            "mul: a result of dtype f32 cannot be written into an output of dtype i32");
  EXPECT_THAT(values(out), ElementsAre(7, 7)) << "nothing was written";
  EXPECT_THAT(values(ints), ElementsAre(1, 2));
  EXPECT_EQ(out.version(), 0u);
}

TEST(Outputs, OverlapWithinIsRefused) {
  Tensor wide = vec({1}).expand({3});
  EXPECT_EQ(message_of([&] { wide.add_(1); }),
            "add: several elements of the output share memory (an expanded view); clone it first");
}

// An output that shares memory with an input in another place is written by way of a copy.
TEST(Outputs, OverlapWithAnInputIsAsIfTheyWereApart) {
  Tensor base = vec({1, 2, 3, 4, 5});
  Tensor head = base.slice(0, 0, 4), tail = base.slice(0, 1, 5);
  add_out(tail, head, wrapped_number(10));
  EXPECT_THAT(values(base), ElementsAre(1, 11, 12, 13, 14));
  Tensor m = make({1, 2, 3, 4}, {2, 2});
  m.add_(m.transpose(0, 1));
  EXPECT_THAT(values(m), ElementsAre(2, 5, 5, 8));
  Tensor v = vec({1, 2, 3});
  v.mul_(flip(v, 0));
  EXPECT_THAT(values(v), ElementsAre(3, 4, 3));
  v.add_(v);
  EXPECT_THAT(values(v), ElementsAre(6, 8, 6));
}

TEST(Outputs, AnotherDtypeConvertsOnTheWay) {
  Tensor out = zeros({2}, kF64);
  add_out(out, make({1, 2}, {2}, kI32), wrapped_number(0.5));
  EXPECT_THAT(values(out), ElementsAre(1.5, 2.5));
  EXPECT_STREQ(out.storage()->last_writer(), "add");
}

TEST(Meta, ShapesWithoutData) {
  Tensor a = zeros({2, 3}, kF32, Device("meta")), b = zeros({3, 5}, kF32, Device("meta"));
  Tensor c = mm(a, b).transpose(0, 1) + 1;
  EXPECT_EQ(describe(c), "f32[5, 2] on meta:0");
  EXPECT_EQ(describe(split(c, 2, 0)[2]), "f32[1, 2] on meta:0");
  c.add_(1);
  EXPECT_EQ(message_of([&] { c.sum().item(); }), "item: a meta tensor has no data");
  EXPECT_EQ(message_of([&] { nonzero(c); }), "nonzero: the result's shape depends on data, which meta tensors lack");
  EXPECT_THAT(message_of([&] { mm(a, a); }), HasSubstr("mm: argument mat2: expected 3 rows"))
      << "the checks are the same";
  EXPECT_THAT(message_of([&] { a + ones({2, 3}); }), HasSubstr("argument other is on cpu:0, expected meta:0"));
}

TEST(Errors, OfDevicesAndSizes) {
  EXPECT_THAT(message_of([] { zeros({2}, kF32, Device("nosuch")); }), HasSubstr("no plugin provides device nosuch:0"));
  EXPECT_THAT(message_of([] { zeros({2}, kF32, Device("cpu:7")); }), HasSubstr("does not exist"));
  EXPECT_THAT(message_of([] { zeros({-1}); }), HasSubstr("size -1 is negative"));
  EXPECT_THAT(message_of([] {
                zeros({std::int64_t{1} << 40, std::int64_t{1} << 40});
              }),
              HasSubstr("too many elements"));
}

// Operands that were converted once are converted again, to a wider dtype.
TEST(Promoted, AfterAConversionOfSeveralOperands) {
  FakePlugin& fake = fake_plugin("prologue_promoted");
  std::vector<float> seen;
  fake.add(immortal<FakeKernel>("div", [&](const sy_call& call) {
             seen = {first<float>(argument(call, 0))[1], first<float>(argument(call, 1))[1]};
             return writes(1)(call);
           }).only({SY_F32}));
  set_fallback_policy(FallbackPolicy::kAllow);
  set_default_dtype(kF16);
  Tensor a = make({1, 2}, {2}, kI32).to(fake.at), b = make({3, 4}, {2}, kI32).to(fake.at);
  Tensor y = a / b;  // i32 to f16, of which there is no kernel, to f32
  set_default_dtype(kF32);
  set_fallback_policy(FallbackPolicy::kWarnOnce);
  EXPECT_EQ(y.dtype(), kF16);
  EXPECT_THAT(seen, ElementsAre(2, 4));
}

}  // namespace
}  // namespace sy
