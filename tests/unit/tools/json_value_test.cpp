#include "json_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "../autograd/values.h"
#include "../message_of.h"
#include "switchyard/io/npy.h"

namespace sy::tool {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Tensor tensor(const char* text) { return tensor_from_json(parse_json(text), "x"); }
std::string mistake(const char* text) {
  return message_of([&] { tensor(text); });
}

TEST(TensorFromJson, ListsHaveTheDtypeOfTheirNumbers) {
  EXPECT_EQ(describe(tensor("[[1, 2], [3, 4]]")), "i64[2, 2] on cpu:0");
  EXPECT_EQ(describe(tensor("[1, 2.5]")), "f32[2] on cpu:0");
  EXPECT_EQ(describe(tensor("[true, false]")), "bool[2] on cpu:0");
  EXPECT_EQ(describe(tensor("[true, 2]")), "i64[2] on cpu:0");
  EXPECT_EQ(describe(tensor("[]")), "f32[0] on cpu:0");
  EXPECT_EQ(describe(tensor("[[], []]")), "f32[2, 0] on cpu:0");
  EXPECT_THAT(values(tensor("[[1, 2], [3, 4]]")), ElementsAre(1, 2, 3, 4));
}

TEST(TensorFromJson, ObjectsMayNameShapeAndDtype) {
  EXPECT_EQ(describe(tensor(R"({"data": [1, 2, 3, 4], "shape": [2, 2], "dtype": "bf16"})")), "bf16[2, 2] on cpu:0");
  EXPECT_EQ(describe(tensor(R"({"data": 7, "dtype": "u8"})")), "u8[] on cpu:0");
  Tensor odd = tensor(R"({"data": ["NaN", "Infinity", "-Infinity"]})");
  EXPECT_TRUE(std::isnan(values(odd)[0]));
  EXPECT_EQ(values(odd)[2], -INFINITY);
}

TEST(TensorFromJson, Files) {
  std::string path = std::filesystem::temp_directory_path() / ("switchyard_json_" + std::to_string(getpid()) + ".npy");
  save_npy(path, make({1, 2}, {2}));
  Json json{{"npy", path}};
  EXPECT_EQ(describe(tensor_from_json(json, "x")), "f64[2] on cpu:0");
  json["dtype"] = "i32";
  EXPECT_EQ(describe(tensor_from_json(json, "x")), "i32[2] on cpu:0");
  std::filesystem::remove(path);
}

TEST(TensorFromJson, Mistakes) {
  EXPECT_EQ(mistake("[[1, 2], [3]]"), "x: the nested lists are ragged");
  EXPECT_EQ(mistake("[[1], 2]"), "x: the nested lists are ragged");
  EXPECT_EQ(mistake("[1, [2]]"), "x: the nested lists are ragged");
  EXPECT_EQ(mistake("[\"one\"]"), "x: expected a number, got \"one\"");
  EXPECT_EQ(mistake("[null]"), "x: expected a number, got null");
  EXPECT_EQ(mistake("[18446744073709551615]"), "x: 18446744073709551615 does not fit 64 bits");
  EXPECT_EQ(mistake("7"), "x: expected a tensor, got 7");
  EXPECT_EQ(mistake("{}"), "x: a tensor needs \"npy\" or \"data\"");
  EXPECT_EQ(mistake(R"({"data": [1], "device": "cpu"})"), "x: unknown key \"device\" in a tensor");
  EXPECT_EQ(mistake(R"({"data": [1, 2], "shape": [3]})"), "x: shape [3] needs 3 numbers, got 2");
  EXPECT_THAT(mistake(R"({"data": [1, 2], "shape": [-2]})"), HasSubstr("negative"));
  EXPECT_EQ(mistake(R"({"data": [1], "dtype": "f99"})"),
            "x: unknown dtype \"f99\", expected one of bool u8 i8 i16 i32 i64 f16 bf16 f32 f64");
  EXPECT_EQ(mistake(R"({"npy": 5})"), "x: npy: expected a path");
  std::string deep = std::string(70, '[') + std::string(70, ']');
  EXPECT_EQ(mistake(deep.c_str()), "x: nested too deeply");
}

TEST(ParseJson, RefusesWhatIsNestedBeyondReason) {
  EXPECT_FALSE(parse_json(std::string(100, '[') + std::string(100, ']')).is_discarded());
  EXPECT_TRUE(parse_json(std::string(101, '[') + std::string(101, ']')).is_discarded());
  EXPECT_FALSE(parse_json('"' + std::string(500, '[') + '"').is_discarded()) << "brackets in a string are text";
  EXPECT_FALSE(parse_json(R"("\"[")").is_discarded());
  EXPECT_TRUE(parse_json("{").is_discarded());
}

/// One argument of an operator as JSON, told by kind_of.
std::string value(const char* op_name, const char* param, const char* text) {
  Operator& op = require_operator(op_name);
  const Signature& s = op.info().signature;
  return message_of([&] {
    throw Error(ErrorCode::kInternal,
                kind_of(value_from_json(op, s.params[s.find_param(param)], parse_json(text), Device())));
  });
}

TEST(ValueFromJson, FollowsTheParametersType) {
  EXPECT_EQ(value("softmax", "dim", "-1"), "the int -1");
  EXPECT_EQ(value("add", "alpha", "2"), "the number 2");
  EXPECT_EQ(value("add", "other", "[1, 2]"), "a Tensor, i64[2] on cpu:0");
  EXPECT_EQ(value("add", "other", "0.5"), "the number 0.5") << "a plain number, which does not raise dtypes";
  EXPECT_EQ(value("dropout", "p", "1"), "the float 1");
  EXPECT_EQ(value("sum", "keepdim", "true"), "true");
  EXPECT_EQ(value("sum", "dtype", "null"), "None");
  EXPECT_EQ(value("sum", "dtype", "\"f64\""), "the dtype f64");
  EXPECT_EQ(value("sum", "dim", "[0, 1]"), "a list of ints");
  EXPECT_EQ(value("sum", "dim", "0"), "the int 0");
  EXPECT_EQ(value("zeros", "device", "\"cpu:0\""), "the device cpu:0");
  EXPECT_EQ(value("gelu", "approximate", "\"tanh\""), "the string \"tanh\"");
  EXPECT_EQ(value("cat", "tensors", "[[1], [2]]"), "a list of Tensors");
  EXPECT_EQ(value("rand", "generator", "7"), "a Generator");
  EXPECT_EQ(value("rand", "generator", "{\"seed\": 7}"), "a Generator");
}

TEST(ValueFromJson, Mistakes) {
  EXPECT_EQ(value("softmax", "dim", "1.5"), "softmax: argument dim: expected an int, got 1.5");
  EXPECT_EQ(value("softmax", "dim", "18446744073709551615"),
            "softmax: argument dim: 18446744073709551615 does not fit 64 bits");
  EXPECT_EQ(value("sum", "dim", "[18446744073709551615]"),
            "sum: argument dim: 18446744073709551615 does not fit 64 bits");
  EXPECT_EQ(value("sum", "dim", "[1.5]"), "sum: argument dim: expected a list of ints, got [1.5]");
  EXPECT_EQ(value("sum", "keepdim", "1"), "sum: argument keepdim: expected true or false, got 1");
  EXPECT_EQ(value("gelu", "approximate", "1"), "gelu: argument approximate: expected a string, got 1");
  EXPECT_EQ(value("cat", "tensors", "1"), "cat: argument tensors: expected a list of tensors, got 1");
  EXPECT_EQ(value("rand", "generator", "-1"), "rand: argument generator: expected a seed, got -1");
  EXPECT_EQ(value("zeros", "device", "3"), "zeros: argument device: expected a device name, got 3");
}

TEST(TensorToJson, RoundTrip) {
  Tensor t = make({1, std::nan(""), -INFINITY, 0.5}, {2, 2}).transpose(0, 1);
  Json json = tensor_to_json(t, true);
  EXPECT_EQ(json.dump(), R"({"dtype":"f64","shape":[2,2],"data":[1.0,"-Infinity","NaN",0.5]})");
  EXPECT_EQ(tensor_to_json(tensor_from_json(json, "x"), true), json);
  EXPECT_EQ(tensor_to_json(vec({1}).to(kI8), false).dump(), R"({"dtype":"i8","shape":[1]})");
  EXPECT_EQ(tensor_to_json(vec({0, 2}).to(kBool), true)["data"].dump(), "[false,true]");
}

TEST(JsonFromText, TakesPathsAndPlainText) {
  const Signature& add = require_operator("add").info().signature;
  const Signature& cat = require_operator("cat").info().signature;
  const Signature& gelu = require_operator("gelu").info().signature;
  EXPECT_EQ(json_from_text(add.params[0], "a.npy").dump(), R"({"npy":"a.npy"})");
  EXPECT_EQ(json_from_text(add.params[0], "[1, 2]").dump(), "[1,2]");
  EXPECT_EQ(json_from_text(cat.params[0], "a.npy,b.npy").dump(), R"([{"npy":"a.npy"},{"npy":"b.npy"}])");
  EXPECT_EQ(json_from_text(gelu.params[1], "tanh").dump(), "\"tanh\"");
  EXPECT_TRUE(json_from_text(gelu.params[1], "None").is_null());
}

}  // namespace
}  // namespace sy::tool
