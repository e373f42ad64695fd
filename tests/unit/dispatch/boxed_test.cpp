#include "switchyard/dispatch/boxed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../autograd/values.h"
#include "../message_of.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Tensor one(const std::vector<TensorBase>& results) { return as_tensor(results.at(0)); }

TEST(Boxed, NamedArgumentsAndDefaults) {
  Tensor a = vec({1, 2}), b = vec({10, 20});
  EXPECT_THAT(values(one(call("add", {{"self", a}, {"other", b}, {"alpha", Scalar(2)}}))), ElementsAre(21, 42));
  EXPECT_THAT(values(one(call("add", {{"other", b}, {"self", a}}))), ElementsAre(11, 22)) << "in any order";
  EXPECT_THAT(values(one(call("add", {{"self", a}, {"other", std::int64_t{5}}}))), ElementsAre(6, 7));
}

TEST(Boxed, PositionalArguments) {
  Tensor a = vec({1, 2});
  Operator& add = require_operator("add");
  EXPECT_THAT(values(one(call(add, {a, a}))), ElementsAre(2, 4));
  EXPECT_EQ(message_of([&] { call(add, std::vector<Value>{a}); }), "add: argument other is missing");
  EXPECT_EQ(message_of([&] { call(add, {a, a, Scalar(1), Scalar(1)}); }), "add: takes 3 arguments, got 4");
}

TEST(Boxed, InPlaceAndOutForms) {
  Tensor a = vec({1, 2}), b = vec({10, 20}), out = vec({0, 0});
  TensorBase same = call_inplace("add", {{"self", a}, {"other", b}});
  EXPECT_TRUE(same.same_as(a));
  EXPECT_THAT(values(a), ElementsAre(11, 22));
  call_out("add", {{"self", b}, {"other", b}}, {out});
  EXPECT_THAT(values(out), ElementsAre(20, 40));
}

TEST(Boxed, FormsThatAnOperatorLacks) {
  Tensor a = vec({1, 2});
  EXPECT_EQ(message_of([&] { call_inplace("sort", {{"self", a}}); }), "sort: has no in-place form");
  EXPECT_EQ(message_of([&] {
              call_out("split", {{"self", a}, {"split_size", std::int64_t{1}}}, {a});
            }),
            "split: has no out form");
  EXPECT_EQ(message_of([&] { call_out("add", {{"self", a}, {"other", a}}, {}); }), "add: has 1 outputs, got 0");
  EXPECT_EQ(message_of([&] {
              call_inplace("add", {{"self", 1.0}, {"other", a}});
            }),
            "add: the in-place form needs a tensor as its first argument");
}

TEST(Boxed, NamesThatAreWrong) {
  Tensor a = vec({1, 2});
  EXPECT_THAT(message_of([&] { call("ad", {{"self", a}}); }), HasSubstr("did you mean \"add\""));
  EXPECT_EQ(message_of([&] { call("exp", {}); }),
            "exp: argument self is missing. Signature: exp(Tensor self) -> Tensor");
  EXPECT_EQ(message_of([&] {
              call("exp", {{"slef", a}});
            }),
            "exp: no argument is called slef; did you mean self? Signature: exp(Tensor self) -> Tensor");
  EXPECT_EQ(message_of([&] {
              call("exp", {{"nothing_like_it", a}});
            }),
            "exp: no argument is called nothing_like_it Signature: exp(Tensor self) -> Tensor");
  EXPECT_EQ(message_of([&] { call("exp", {{"self", a}, {"self", a}}); }), "exp: argument self is given twice");
}

TEST(Boxed, TypesThatAreWrong) {
  Tensor a = vec({1, 2});
  auto wrong = [&](const char* op, const char* name, Value v) {
    std::vector<NamedValue> args = {{"self", a}};
    if (std::string_view(op) == "zeros") args.clear();
    args.push_back({name, std::move(v)});
    return message_of([&] { call(op, args); });
  };
  EXPECT_EQ(wrong("softmax", "dim", std::string("x")), "softmax: argument dim: expected int, got the string \"x\"");
  EXPECT_EQ(wrong("softmax", "dim", 1.5), "softmax: argument dim: expected int, got the float 1.5");
  EXPECT_EQ(wrong("softmax", "dim", Value()), "softmax: argument dim: expected int, got None");
  EXPECT_EQ(wrong("softmax", "dim", true), "softmax: argument dim: expected int, got true");
  EXPECT_EQ(wrong("add", "other", kF32), "add: argument other: expected Tensor, got the dtype f32");
  EXPECT_EQ(wrong("add", "other", TensorBase()), "add: argument other: expected Tensor, got None");
  EXPECT_EQ(wrong("sum", "keepdim", std::int64_t{1}), "sum: argument keepdim: expected bool, got the int 1");
  EXPECT_EQ(wrong("sum", "dtype", std::string("f32")), "sum: argument dtype: expected dtype?, got the string \"f32\"");
  EXPECT_EQ(wrong("gelu", "approximate", Device("cpu:3")),
            "gelu: argument approximate: expected str, got the device cpu:3");
  EXPECT_EQ(wrong("zeros", "size", std::vector<TensorBase>{}),
            "zeros: argument size: expected int[], got a list of Tensors");
  EXPECT_EQ(wrong("zeros", "size", std::vector<double>{1.5}),
            "zeros: argument size: expected int[], got a list of floats");
  EXPECT_EQ(wrong("bernoulli", "generator", Scalar(2)),
            "bernoulli: argument generator: expected Generator?, got the number 2");
}

TEST(Boxed, KindsOfValues) {
  EXPECT_EQ(kind_of(TensorBase(vec({1}))), "a Tensor, f64[1] on cpu:0");
  EXPECT_EQ(kind_of(TensorBase()), "a Tensor, undefined");
  EXPECT_EQ(kind_of(Generator(1)), "a Generator");
  EXPECT_EQ(kind_of(std::vector<std::int64_t>{1}), "a list of ints");
  EXPECT_EQ(kind_of(false), "false");
}

TEST(Boxed, NumbersConvertWhereNothingIsLost) {
  Tensor a = vec({1, 2});
  EXPECT_EQ(one(call("softmax", {{"self", a}, {"dim", Scalar(0)}})).numel(), 2) << "an integral Scalar is an int";
  EXPECT_EQ(one(call("zeros", {{"size", std::int64_t{3}}})).numel(), 3) << "an int is a list of one";
  EXPECT_EQ(one(call("zeros", {{"size", std::vector<double>{}}})).dim(), 0) << "an empty list has no type";
  EXPECT_THAT(values(one(call("dropout", {{"self", a}, {"p", std::int64_t{1}}}))), ElementsAre(0, 0))
      << "an int is a float";
}

TEST(Boxed, AbsentOptionals) {
  Tensor a = make({1, 2, 3, 4}, {2, 2});
  EXPECT_EQ(one(call("sum", {{"self", a}, {"dtype", Value()}})).dtype(), kF64);
  EXPECT_THAT(values(one(call("linear", {{"input", a}, {"weight", a}, {"bias", Value()}}))),
              ElementsAre(5, 11, 11, 25));
}

TEST(Boxed, ListsAndSeveralResults) {
  Tensor a = vec({3, 1, 2});
  std::vector<TensorBase> sorted = call("sort", {{"self", a}});
  EXPECT_THAT(values(as_tensor(sorted[0])), ElementsAre(1, 2, 3));
  EXPECT_THAT(values(as_tensor(sorted[1])), ElementsAre(1, 2, 0));
  EXPECT_EQ(call("split", {{"self", a}, {"split_size", std::int64_t{2}}}).size(), 2u);
  EXPECT_THAT(values(one(call("cat", {{"tensors", std::vector<TensorBase>{a, a}}}))), ElementsAre(3, 1, 2, 3, 1, 2));
}

// Every kind of default that a signature may have reaches the kernel as it is written.
TEST(Boxed, DefaultsOfEveryKind) {
  static OperatorDef def{};
  static const DtypeRule params[9] = {};
  static const DtypeRule results[1][2] = {};
  def.signature =
      "test::boxed_defaults(Tensor x, int[2] k=3, float[2] f=1, float[] g=[1, 2.5], bool[] m=[true, false], bool[2] "
      "n=true, "
      "float e=2, str s=\"no\", Scalar c=1.5) -> Tensor";
  def.param_dtypes = params;
  def.result_dtypes = results;
  Operator& op = define_operator(def);
  int calls = 0;
  register_function_kernel(op, kCpuBackend, [&](Frame& f) {
    ++calls;
    EXPECT_THAT(f.ints(1).vec(), ElementsAre(3, 3));
    EXPECT_THAT(f.floats(2), ElementsAre(1, 1));
    EXPECT_THAT(f.floats(3), ElementsAre(1, 2.5));
    EXPECT_THAT(f.bools(4), ElementsAre(true, false));
    EXPECT_THAT(f.bools(5), ElementsAre(true, true));
    EXPECT_EQ(f.floating(6), 2);
    EXPECT_EQ(f.str(7), "no");
    EXPECT_EQ(f.scalar(8), Scalar(1.5));
    f.set_result(0, f.tensor(0));
  });
  call(op, {vec({1})});
  EXPECT_EQ(calls, 1);
  call("test::boxed_defaults", {{"x", vec({1})}, {"m", std::vector<bool>{true, false}}});
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace sy
