// .npy files: round trips, other writers' files, damaged ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "helpers.h"
#include "switchyard/switchyard.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A version 1 file.
std::string npy(const std::string& header, const std::string& data) {
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(header.size() & 0xff);
  out += static_cast<char>(header.size() >> 8);
  return out + header + data;
}
std::string error_of(const std::string& contents) {
  TempFolder folder;
  write_text(folder / "x.npy", contents);
  std::string message = message_of([&] { load_npy(folder / "x.npy"); });
  if (message != "no error") {
    EXPECT_THAT(message, HasSubstr("x.npy"));
  }
  return message;
}

TEST(Npy, RoundTripOfEveryDtype) {
  TempFolder folder;
  for (Dtype dtype : {kBool, kU8, kI8, kI16, kI32, kI64, kF16, kF32, kF64}) {
    Tensor t = tensor({{0, 1, 2}, {3, 0, 5}}).to(dtype);
    save_npy(folder / "x.npy", t);
    Tensor back = load_npy(folder / "x.npy");
    EXPECT_EQ(back.dtype(), dtype);
    EXPECT_EQ(back.shape().vec(), (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(to_vector<double>(back), to_vector<double>(t)) << dtype.name();
  }
  save_npy(folder / "x.npy", tensor({1.5f, -2.f}).to(kBF16));
  EXPECT_EQ(load_npy(folder / "x.npy").dtype(), kF32);
  EXPECT_THAT(to_vector<double>(load_npy(folder / "x.npy")), ElementsAre(1.5, -2));
}

TEST(Npy, RoundTripOfOddShapesAndLayouts) {
  TempFolder folder;
  Tensor t = arange(0, 24).reshape({2, 3, 4});
  for (const Tensor& x : {tensor(2.5), zeros({0, 3}), zeros({3, 0, 2}), tensor({1, 2}), t.permute({2, 0, 1}), t.flip(1),
                          t.to(Device("simulator")), ones({2}).requires_grad_()}) {
    save_npy(folder / "x.npy", x);
    Tensor back = load_npy(folder / "x.npy");
    EXPECT_EQ(back.shape().vec(), x.shape().vec());
    EXPECT_EQ(to_vector<double>(back), to_vector<double>(x));
  }
}

TEST(Npy, DataStartsAtAMultipleOf64Bytes) {
  TempFolder folder;
  save_npy(folder / "x.npy", tensor({1.f}));
  EXPECT_EQ(read_text(folder / "x.npy").size() % 64, 4u);
}

TEST(Npy, FortranOrder) {
  TempFolder folder;
  write_text(folder / "x.npy",
             npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", std::string("\0\1\2\3\4\5", 6)));
  Tensor t = load_npy(folder / "x.npy");
  EXPECT_EQ(t.shape().vec(), (std::vector<std::int64_t>{2, 3}));
  EXPECT_THAT(to_vector<int>(t), ElementsAre(0, 2, 4, 1, 3, 5));
}

TEST(Npy, HeadersOfOtherWriters) {
  TempFolder folder;
  // Version 2 has a longer length; keys come in any order and either quote.
  std::string header = "{\"shape\":(2,),\"fortran_order\":False,\"descr\":\"<i2\"}\n";
  std::string two("\x93NUMPY\x02\x00", 8);
  two += static_cast<char>(header.size());
  two += std::string(3, '\0') + header + std::string("\1\0\2\0", 4);
  write_text(folder / "x.npy", two);
  EXPECT_THAT(to_vector<int>(load_npy(folder / "x.npy")), ElementsAre(1, 2));
  write_text(folder / "x.npy", npy("{'descr': '|i1', 'fortran_order': False, 'shape': (1L, 2L)}", "\1\2"));
  EXPECT_THAT(to_vector<int>(load_npy(folder / "x.npy")), ElementsAre(1, 2));
}

TEST(Npy, Errors) {
  EXPECT_THAT(error_of(""), HasSubstr("not a .npy file"));
  EXPECT_THAT(error_of("PK\x03\x04 and more text"), HasSubstr("not a .npy file"));
  EXPECT_THAT(error_of(std::string("\x93NUMPY\x09\x00\x02\x00{}", 12)), HasSubstr("version 9"));
  EXPECT_THAT(error_of(npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", "abcd")), HasSubstr("'>f4'"));
  EXPECT_THAT(error_of(npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "abcdefgh")), HasSubstr("'|O'"));
  EXPECT_THAT(error_of(npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "abcdefgh")), HasSubstr("'<c8'"));
  EXPECT_THAT(error_of(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "abcd")),
              HasSubstr("needs 8 bytes of data, the file has 4"));
  EXPECT_THAT(error_of(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "abcdefgh")),
              HasSubstr("the file has 8"));
  EXPECT_THAT(error_of(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "")),
              HasSubstr("too many elements"));
  EXPECT_THAT(error_of(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "")),
              HasSubstr("a size"));
  EXPECT_THAT(error_of(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "")), HasSubstr("a size"));
  EXPECT_THAT(error_of(npy("{'descr': '<f4', 'shape': (1,)}", "abcd")), HasSubstr("the dictionary"));
  EXPECT_THAT(error_of(npy("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "abcd")),
              HasSubstr("key 'descr'"));
  EXPECT_THAT(error_of(npy("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}", "abcd")),
              HasSubstr("fortran_order"));
  EXPECT_THAT(error_of(npy("{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", "\7")), HasSubstr("bool"));
  EXPECT_THAT(message_of([] { load_npy("/nonexistent/x.npy"); }), HasSubstr("/nonexistent/x.npy: cannot be opened"));
  EXPECT_THAT(message_of([] { load_npy("/"); }), HasSubstr("not a regular file"));
  EXPECT_THAT(message_of([] { save_npy("/nonexistent/x.npy", tensor({1.f})); }), HasSubstr("/nonexistent/x.npy"));
  EXPECT_THAT(message_of([] { save_npy("x.npy", Tensor()); }), HasSubstr("undefined"));
}

TEST(Npy, EveryTruncationIsAnError) {
  TempFolder folder;
  save_npy(folder / "x.npy", tensor({{1.f, 2.f}, {3.f, 4.f}}));
  std::string whole = read_text(folder / "x.npy");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    write_text(folder / "y.npy", whole.substr(0, n));
    EXPECT_NE(message_of([&] { load_npy(folder / "y.npy"); }), "no error") << n;
  }
}

TEST(Npy, ChangedBytesGiveAnErrorOrATensor) {
  TempFolder folder;
  save_npy(folder / "x.npy", tensor({{1, 2, 3}, {4, 5, 6}}));
  std::string whole = read_text(folder / "x.npy");
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    std::string changed = whole;
    changed[random() % changed.size()] = static_cast<char>(random());
    write_text(folder / "y.npy", changed);
    message_of([&] { EXPECT_LE(to_vector<double>(load_npy(folder / "y.npy")).size(), whole.size()); });
  }
}

}  // namespace
}  // namespace sy
