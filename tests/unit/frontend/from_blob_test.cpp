// Tensors from and to C++ memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "helpers.h"
#include "switchyard/switchyard.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(FromBlob, SharesMemoryAndRunsTheDeleterOnce) {
  std::vector<float> memory{1, 2, 3, 4, 5, 6};
  int deleted = 0;
  {
    Tensor view;
    {
      Tensor t = from_blob(memory.data(), {2, 3}, kF32, {}, [&] { ++deleted; });
      EXPECT_EQ(t.raw_data(), memory.data());
      memory[0] = 9;
      EXPECT_EQ(t.select(0, 0).select(0, 0).item<int>(), 9);
      t.mul_(2);
      EXPECT_EQ(memory[5], 12);
      view = t.select(0, 1);
    }
    EXPECT_EQ(deleted, 0);
    EXPECT_THAT(to_vector<float>(view), ElementsAre(8, 10, 12));
  }
  EXPECT_EQ(deleted, 1);
}

TEST(FromBlob, Strides) {
  std::vector<int> memory{0, 1, 2, 3, 4, 5};
  EXPECT_THAT(to_vector<int>(from_blob(memory.data(), {3, 2}, kI32, {1, 3})), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(to_vector<int>(from_blob(memory.data(), {2, 2}, kI32, {0, 5})), ElementsAre(0, 5, 0, 5));
}

TEST(FromBlob, EmptyNeedsNoMemory) {
  EXPECT_EQ(from_blob(nullptr, {0, 4}, kF64).numel(), 0);
  std::vector<double> one{3};
  EXPECT_EQ(from_blob(one.data(), IntArray(nullptr, 0), kF64).item<double>(), 3);
}

TEST(FromBlob, Errors) {
  float x[4] = {};
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(message_of([] { from_blob(nullptr, {2}, kF32); }), HasSubstr("data is NULL"));
  EXPECT_THAT(message_of([&] { from_blob(x, {2, 2}, kF32, {1}); }), HasSubstr("1 strides for shape [2, 2]"));
  EXPECT_THAT(message_of([&] { from_blob(x, {2}, kF32, {-1}); }), HasSubstr("stride -1"));
  EXPECT_THAT(message_of([&] { from_blob(x, {-2}, kF32); }), HasSubstr("negative"));
  EXPECT_THAT(message_of([&] { from_blob(x, {3}, kF32, {kHuge}); }), HasSubstr("reach too far"));
  EXPECT_THAT(message_of([&] { from_blob(x, {2}, kF32, {kHuge}); }), HasSubstr("reach too far"));
  EXPECT_THAT(message_of([&] { from_blob(x, {kHuge, kHuge}, kF32); }), HasSubstr("too many elements"));
}

TEST(TensorLiteral, ShapesAndDtypes) {
  EXPECT_EQ(tensor({1.f, 2.f}).dtype(), kF32);
  EXPECT_EQ(tensor({1., 2.}).dtype(), kF64);
  EXPECT_EQ(tensor({1, 2}).dtype(), kI32);
  EXPECT_EQ(tensor(std::vector<std::int64_t>{1}).dtype(), kI64);
  EXPECT_EQ(tensor(std::vector<long long>{1}).dtype(), kI64);
  EXPECT_EQ(tensor(std::vector<unsigned char>{1}).dtype(), kU8);
  EXPECT_EQ(tensor(std::vector<std::int16_t>{1}).dtype(), kI16);
  EXPECT_EQ(tensor({true, false}).dtype(), kBool);
  EXPECT_EQ(tensor(4.0).dim(), 0);
  EXPECT_EQ(tensor({{1, 2, 3}, {4, 5, 6}}).shape().vec(), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(tensor(std::vector<float>{}).numel(), 0);
  EXPECT_THAT(message_of([] { tensor({{1, 2}, {3}}); }), HasSubstr("row of 1 values, expected 2"));
  EXPECT_THAT(message_of([] { tensor(std::vector<float>{1, 2, 3}, {2, 2}); }), HasSubstr("needs 4 values, got 3"));
}

TEST(ToVector, ConvertsFromAnyLayoutAndDevice) {
  Tensor t = tensor({{1, 2}, {3, 4}});
  EXPECT_THAT(to_vector<double>(t.transpose(0, 1)), ElementsAre(1, 3, 2, 4));
  EXPECT_THAT(to_vector<float>(t.to(Device("simulator"))), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(to_vector<int>(tensor({1.9, -1.9})), ElementsAre(1, -1));
  EXPECT_THAT(to_vector<float>(tensor({1.f}).requires_grad_()), ElementsAre(1));
  EXPECT_EQ(to_vector<bool>(tensor({true, false, true})), (std::vector<bool>{true, false, true}));
}

}  // namespace
}  // namespace sy
