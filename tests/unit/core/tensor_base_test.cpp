#include "switchyard/core/tensor_base.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../message_of.h"
#include "fake_device.h"
#include "switchyard/core/backend.h"

namespace sy {
namespace {

using testing::HasSubstr;

TEST(TensorBase, SizesCountFromTheEndToo) {
  TensorBase t = allocate_tensor({2, 3, 4}, kF32, Device());
  EXPECT_EQ(t.size(1), 3);
  EXPECT_EQ(t.size(-1), 4);
  EXPECT_EQ(t.stride(-3), 12);
  EXPECT_EQ(message_of([&] { t.size(3); }), "dimension 3 is out of range for a tensor of 3 dimension(s)");
  EXPECT_EQ(message_of([&] { t.stride(-4); }), "dimension -4 is out of range for a tensor of 3 dimension(s)");
  TensorBase zero_d = allocate_tensor(IntArray(), kF32, Device());
  EXPECT_EQ(code_of([&] { zero_d.size(0); }), ErrorCode::kOutOfRange);
}

TEST(TensorBase, DataChecksTheType) {
  TensorBase t = allocate_tensor({2}, kF64, Device());
  t.data<double>()[1] = 2.5;
  EXPECT_EQ(static_cast<double*>(t.raw_data())[1], 2.5);
  EXPECT_EQ(message_of([&] { t.data<float>(); }), "data: the C++ type asked for does not match dtype f64");
  EXPECT_THROW(t.data<std::int64_t>(), Error) << "as wide, but an integer";
  EXPECT_THROW(allocate_tensor({2}, kU8, Device()).data<std::int8_t>(), Error);
  EXPECT_THROW(allocate_tensor({2}, kU8, Device()).data<bool>(), Error);
  EXPECT_NO_THROW(allocate_tensor({2}, kBool, Device()).data<bool>());
  struct Half {
    std::uint16_t bits;
  };
  EXPECT_NO_THROW(allocate_tensor({2}, kBF16, Device()).data<Half>());
  EXPECT_THROW(t.data<Half>(), Error);
  EXPECT_EQ(message_of([] { TensorBase().data<float>(); }), "data: the tensor is undefined");
}

TEST(TensorBase, DataIsForHostMemory) {
  FakeDevice& fake = immortal<FakeDevice>("tensor_far", FakeDevice::kStreams);
  throw_if_error(register_backend(fake.table, nullptr, nullptr));
  TensorBase t = allocate_tensor({2}, kF32, Device("tensor_far"));
  EXPECT_EQ(message_of([&] { t.data<float>(); }),
            "data: tensor_far:0 is not host memory; move the tensor to cpu first");
  EXPECT_NE(t.raw_data(), nullptr);
}

TEST(TensorBase, DataOfAViewStartsAtItsOffset) {
  TensorBase t = allocate_tensor({6}, kI32, Device());
  TensorBase last = alias(t, {2}, {1}, 4);
  EXPECT_EQ(last.data<std::int32_t>(), t.data<std::int32_t>() + 4);
  EXPECT_TRUE(last.storage() == t.storage());
  EXPECT_FALSE(last.same_as(t));
  last.storage()->bump_version("test");
  EXPECT_EQ(t.version(), 1u);
}

TEST(AllocateTensor, MetaHasShapeAlone) {
  TensorBase t = allocate_tensor({std::int64_t{1} << 50}, kF64, Device("meta"));
  EXPECT_FALSE(t.storage());
  EXPECT_EQ(t.version(), 0u);
  EXPECT_EQ(t.numel(), std::int64_t{1} << 50);
}

TEST(AllocateTensor, Errors) {
  EXPECT_THAT(message_of([] { allocate_tensor({-1}, kF32, Device()); }), HasSubstr("size -1 is negative"));
  FakeDevice& fake = immortal<FakeDevice>("tensor_small");
  fake.capacity = 4096;
  throw_if_error(register_backend(fake.table, nullptr, nullptr));
  EXPECT_EQ(code_of([] { allocate_tensor({1 << 20}, kF64, Device("tensor_small")); }), ErrorCode::kOutOfMemory);
}

TEST(Describe, ShapeDtypeDevice) {
  EXPECT_EQ(describe(allocate_tensor({2, 3}, kI64, Device("meta:1"))), "i64[2, 3] on meta:1");
  EXPECT_EQ(describe(allocate_tensor(IntArray(), kBool, Device("meta"))), "bool[] on meta:0");
  EXPECT_EQ(describe(TensorBase()), "undefined");
  EXPECT_EQ(shape_str({}), "[]");
}

}  // namespace
}  // namespace sy
