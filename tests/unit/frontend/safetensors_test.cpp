// safetensors files: round trips, strictness, damaged files, atomic saves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <random>

#include "helpers.h"
#include "switchyard/switchyard.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string file_of(const std::string& header, const std::string& data) {
  std::string out;
  for (int i = 0; i < 8; ++i) out += static_cast<char>(header.size() >> (8 * i) & 0xff);
  return out + header + data;
}
std::string error_of(const std::string& contents) {
  TempFolder folder;
  write_text(folder / "x.safetensors", contents);
  std::string message = message_of([&] { load_safetensors(folder / "x.safetensors"); });
  if (message != "no error") {
    EXPECT_THAT(message, HasSubstr("x.safetensors"));
  }
  return message;
}

TEST(Safetensors, RoundTripOfEveryDtype) {
  TempFolder folder;
  std::map<std::string, Tensor> tensors;
  for (Dtype dtype : {kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64}) {
    tensors["t." + std::string(dtype.name())] = tensor({{0, 1, 2}, {3, 0, 5}}).to(dtype);
  }
  save_safetensors(folder / "x", tensors, {{"made by", "a test"}, {"ü", "\"quoted\"\n"}});
  SafetensorsFile file = load_safetensors(folder / "x");
  ASSERT_EQ(file.tensors.size(), tensors.size());
  for (const auto& [name, t] : tensors) {
    EXPECT_EQ(file.tensors.at(name).dtype(), t.dtype());
    EXPECT_EQ(file.tensors.at(name).shape().vec(), t.shape().vec());
    EXPECT_EQ(to_vector<double>(file.tensors.at(name)), to_vector<double>(t)) << name;
  }
  EXPECT_EQ(file.metadata.at("made by"), "a test");
  EXPECT_EQ(file.metadata.at("ü"), "\"quoted\"\n");
}

TEST(Safetensors, OddShapesLayoutsAndDevices) {
  TempFolder folder;
  Tensor t = arange(0, 24).reshape({2, 3, 4});
  std::map<std::string, Tensor> tensors{{"0d", tensor(2.5)},
                                        {"empty", zeros({0, 3})},
                                        {"permuted", t.permute({2, 0, 1})},
                                        {"flipped", t.flip(1)},
                                        {"far", t.to(Device("simulator"))},
                                        {"view", t.select(0, 1)},
                                        {"leaf", ones({2}).requires_grad_()}};
  save_safetensors(folder / "x", tensors);
  SafetensorsFile file = load_safetensors(folder / "x");
  for (const auto& [name, x] : tensors) {
    EXPECT_EQ(file.tensors.at(name).shape().vec(), x.shape().vec()) << name;
    EXPECT_EQ(to_vector<double>(file.tensors.at(name)), to_vector<double>(x)) << name;
  }
  EXPECT_TRUE(file.metadata.empty());
  save_safetensors(folder / "none", {});
  EXPECT_TRUE(load_safetensors(folder / "none").tensors.empty());
}

TEST(Safetensors, AFileByHand) {
  TempFolder folder;
  write_text(
      folder / "x",
      file_of(
          R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},"a":{"dtype":"I16","shape":[1,2],"data_offsets":[0,4]}}  )",
          std::string("\1\0\2\0\3\4", 6)));
  SafetensorsFile file = load_safetensors(folder / "x");
  EXPECT_THAT(to_vector<int>(file.tensors.at("a")), ElementsAre(1, 2));
  EXPECT_THAT(to_vector<int>(file.tensors.at("b")), ElementsAre(3, 4));
}

TEST(Safetensors, Errors) {
  auto one = [](const std::string& entry, const std::string& data) {
    return error_of(file_of("{\"a\":" + entry + "}", data));
  };
  EXPECT_THAT(error_of("1234"), HasSubstr("not a safetensors file (4 bytes)"));
  EXPECT_THAT(error_of(std::string(8, '\xff') + "{}"), HasSubstr("18446744073709551615 bytes"));
  EXPECT_THAT(error_of(file_of("[]", "")), HasSubstr("no JSON object"));
  EXPECT_THAT(error_of(file_of("{\"a\":", "")), HasSubstr("not valid JSON"));
  EXPECT_THAT(error_of(file_of("{\"\xff\":1}", "")), HasSubstr("not valid JSON"));
  EXPECT_THAT(error_of(file_of(R"({"__metadata__":{"x":1}})", "")), HasSubstr("__metadata__ is no object of strings"));
  EXPECT_THAT(one(R"({"dtype":"U8","shape":[2]})", "ab"), HasSubstr("expected dtype, shape and data_offsets"));
  EXPECT_THAT(one(R"({"dtype":"F128","shape":[2],"data_offsets":[0,2]})", "ab"),
              HasSubstr("tensor \"a\": unknown dtype \"F128\""));
  EXPECT_THAT(one(R"({"dtype":7,"shape":[2],"data_offsets":[0,2]})", "ab"), HasSubstr("unknown dtype 7"));
  EXPECT_THAT(one(R"({"dtype":"U8","shape":2,"data_offsets":[0,2]})", "ab"), HasSubstr("shape is no list"));
  EXPECT_THAT(one(R"({"dtype":"U8","shape":[-2],"data_offsets":[0,2]})", "ab"), HasSubstr("shape holds -2"));
  EXPECT_THAT(one(R"({"dtype":"U8","shape":[2.0],"data_offsets":[0,2]})", "ab"), HasSubstr("shape holds 2.0"));
  EXPECT_THAT(one(R"({"dtype":"U8","shape":[2],"data_offsets":[0]})", "ab"), HasSubstr("no pair of offsets"));
  EXPECT_THAT(one(R"({"dtype":"U8","shape":[2],"data_offsets":[0,3]})", "ab"), HasSubstr("outside the file"));
  EXPECT_THAT(one(R"({"dtype":"U8","shape":[2],"data_offsets":[2,0]})", "ab"), HasSubstr("outside the file"));
  EXPECT_THAT(one(R"({"dtype":"U8","shape":[3],"data_offsets":[0,2]})", "ab"),
              HasSubstr("needs 3 bytes, its range has 2"));
  EXPECT_THAT(one(R"({"dtype":"BOOL","shape":[2],"data_offsets":[0,2]})", "\1\2"), HasSubstr("bool"));
}

TEST(Safetensors, OverflowingSizes) {
  auto shaped = [](const std::string& shape) {
    return error_of(file_of(R"({"a":{"dtype":"F64","shape":)" + shape + R"(,"data_offsets":[0,0]}})", ""));
  };
  EXPECT_THAT(shaped("[4294967296,4294967296]"), HasSubstr("too many elements"));
  EXPECT_THAT(shaped("[4294967296,4294967296,0]"), HasSubstr("too many elements"));
  EXPECT_THAT(shaped("[18446744073709551615]"), HasSubstr("shape holds 18446744073709551615"));
  EXPECT_THAT(shaped("[9223372036854775808]"), HasSubstr("shape holds"));
  EXPECT_THAT(shaped("[99999999999999999999999]"), HasSubstr("shape holds"));
  EXPECT_THAT(
      error_of(file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[18446744073709551615,18446744073709551615]}})",
                       "x")),
      HasSubstr("outside the file"));
}

TEST(Safetensors, OverlapsHolesAndRepeatedNames) {
  auto two = [](const std::string& first, const std::string& second, const std::string& name = "b") {
    return error_of(file_of(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)" + first + R"(},")" + name +
                                R"(":{"dtype":"U8","shape":[2],"data_offsets":)" + second + "}}",
                            "abcde"));
  };
  EXPECT_THAT(two("[0,2]", "[1,3]"), HasSubstr("tensor \"b\": its data overlaps"));
  EXPECT_THAT(two("[0,2]", "[3,5]"), HasSubstr("tensor \"b\": its data leaves a hole"));
  EXPECT_THAT(two("[0,2]", "[2,4]"), HasSubstr("1 bytes behind the last tensor"));
  EXPECT_THAT(two("[0,2]", "[2,4]", "a"), HasSubstr("two entries called \"a\""));
  EXPECT_THAT(error_of(file_of(R"({"a":{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}})", "")),
              HasSubstr("two entries called \"dtype\""));
}

TEST(Safetensors, DeepNestingIsRefused) {
  std::string open(1'000'000, '['), close(1'000'000, ']');
  EXPECT_THAT(error_of(file_of("{\"a\":{\"dtype\":" + open + close + ",\"shape\":[],\"data_offsets\":[0,0]}}", "")),
              HasSubstr("nested"));
  EXPECT_THAT(error_of(file_of(open, "")), HasSubstr("nested"));
}

TEST(Safetensors, SaveErrors) {
  TempFolder folder;
  EXPECT_THAT(message_of([&] { save_safetensors(folder / "x", {{"a", Tensor()}}); }), HasSubstr("\"a\" is undefined"));
  EXPECT_THAT(message_of([&] {
                save_safetensors(folder / "x", {{"__metadata__", ones({1})}});
              }),
              HasSubstr("__metadata__"));
  EXPECT_THAT(message_of([&] { save_safetensors(folder / "x", {{"\xff", ones({1})}}); }), HasSubstr("UTF-8"));
  EXPECT_EQ(folder.entries(), 0u);
}

TEST(Safetensors, AFailingSaveLeavesTheOldFile) {
  TempFolder folder;
  save_safetensors(folder / "x", {{"a", tensor({1.f, 2.f})}});
  std::string before = read_text(folder / "x");
  // A limit on file sizes stands for a full disk.
  struct rlimit old;
  getrlimit(RLIMIT_FSIZE, &old);
  auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small {
    4096, old.rlim_max
  };
  setrlimit(RLIMIT_FSIZE, &small);
  std::string message = message_of([&] { save_safetensors(folder / "x", {{"a", zeros({100000})}}); });
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(message, HasSubstr("cannot be written"));
  EXPECT_EQ(read_text(folder / "x"), before);
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(Safetensors, EveryTruncationIsAnError) {
  TempFolder folder;
  save_safetensors(folder / "x", {{"a", tensor({1, 2})}, {"b", tensor({{1.f}, {2.f}})}}, {{"k", "v"}});
  std::string whole = read_text(folder / "x");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    write_text(folder / "y", whole.substr(0, n));
    EXPECT_NE(message_of([&] { load_safetensors(folder / "y"); }), "no error") << n;
  }
}

TEST(Safetensors, ChangedBytesGiveAnErrorOrTensors) {
  TempFolder folder;
  save_safetensors(folder / "x", {{"a", tensor({true, false})}, {"b", tensor({{1.f}, {2.f}})}, {"c", tensor(3.)}},
                   {{"k", "v"}});
  std::string whole = read_text(folder / "x");
  std::mt19937 random(1);
  for (int round = 0; round < 4000; ++round) {
    std::string changed = whole;
    changed[random() % changed.size()] = static_cast<char>(random());
    write_text(folder / "y", changed);
    message_of([&] {
      for (const auto& [name, t] : load_safetensors(folder / "y").tensors)
        EXPECT_LE(to_vector<double>(t).size(), whole.size());
    });
  }
}

}  // namespace
}  // namespace sy
