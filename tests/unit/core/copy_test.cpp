#include "switchyard/core/copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../message_of.h"
#include "fake_device.h"
#include "switchyard/core/backend.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TensorBase numbers(Device device, const std::vector<float>& values) {
  TensorBase t = allocate_tensor(static_cast<std::int64_t>(values.size()), kF32, device);
  copy_from_host(t, values.data());
  return t;
}
std::vector<float> read(const TensorBase& t) {
  std::vector<float> values(static_cast<std::size_t>(t.numel()));
  copy_to_host(t, values.data());
  return values;
}

TEST(Copy, ToAndFromHostWaits) {
  FakeDevice& fake = registered("copy_host", FakeDevice::kStreams, 2);
  TensorBase t = numbers(Device("copy_host"), {1, 2, 3});
  EXPECT_THAT(read(t), ElementsAre(1, 2, 3));
  EXPECT_THAT(fake.log, ElementsAre(str_cat("copy 12 kind ", SY_COPY_HOST_TO_DEVICE, " on 0"), "synchronize 0",
                                    str_cat("copy 12 kind ", SY_COPY_DEVICE_TO_HOST, " on 0"), "synchronize 0"));
}

TEST(Copy, ViewsStartAtTheirOffset) {
  registered("copy_offset", FakeDevice::kStreams, 2);
  TensorBase t = numbers(Device("copy_offset"), {1, 2, 3, 4});
  TensorBase tail = alias(t, {2}, {1}, 2);
  EXPECT_THAT(read(tail), ElementsAre(3, 4));
  const float more[] = {8, 9};
  copy_from_host(tail, more);
  EXPECT_THAT(read(t), ElementsAre(1, 2, 8, 9));
}

TEST(Copy, UsesTheCurrentStream) {
  FakeDevice& fake = registered("copy_stream", FakeDevice::kStreams, 2);
  Device device("copy_stream");
  StreamGuard guard(Stream::create(device));
  numbers(device, {1});
  EXPECT_EQ(fake.log.back(), "synchronize 1");
}

TEST(Copy, PendingErrorsOfTheDeviceCome) {
  registered("copy_pending", FakeDevice::kStreams, 2);
  TensorBase t = numbers(Device("copy_pending"), {1});
  device_state(Device("copy_pending")).report(SY_INTERNAL, "its producer failed");
  EXPECT_EQ(message_of([&] { read(t); }), "its producer failed");
}

TEST(Copy, BetweenDevicesOfOneBackendEventsOrderBothSides) {
  FakeDevice& fake = registered("copy_peers", FakeDevice::kStreams, 2);
  TensorBase src = numbers(Device("copy_peers:0"), {5, 6});
  TensorBase dst = allocate_tensor({2}, kF32, Device("copy_peers:1"));
  fake.log.clear();
  copy_bytes(dst, src);
  EXPECT_THAT(fake.log, ElementsAre("create event 1", "record 1 on 0", "wait 1 on 0", "destroy event 1",
                                    str_cat("copy 8 kind ", SY_COPY_DEVICE_TO_DEVICE, " on 0"), "create event 2",
                                    "record 2 on 0", "wait 2 on 0", "destroy event 2"));
  EXPECT_THAT(read(dst), ElementsAre(5, 6));
}

TEST(Copy, BetweenBackendsByWayOfTheHost) {
  registered("copy_near", FakeDevice::kHost);
  registered("copy_far", FakeDevice::kStreams, 2);
  registered("copy_other", FakeDevice::kStreams, 2);
  TensorBase near = numbers(Device("copy_near"), {1, 2});
  TensorBase far = allocate_tensor({2}, kF32, Device("copy_far"));
  TensorBase other = allocate_tensor({2}, kF32, Device("copy_other"));
  TensorBase back = allocate_tensor({2}, kF32, Device("copy_near"));
  copy_bytes(far, near);
  copy_bytes(other, far);
  copy_bytes(back, other);
  EXPECT_THAT(read(back), ElementsAre(1, 2));
}

TEST(Copy, ExpectsContiguousTensorsWithData) {
  TensorBase t = allocate_tensor({4}, kF32, Device());
  TensorBase stepped = alias(t, {2}, {2}, 0);
  float buffer[4] = {};
  EXPECT_EQ(message_of([&] { copy_to_host(stepped, buffer); }),
            "copy_to_host: expected a contiguous tensor with data, got f32[2] on cpu:0");
  EXPECT_EQ(message_of([&] { copy_from_host(stepped, buffer); }),
            "copy_from_host: expected a contiguous tensor with data, got f32[2] on cpu:0");
  EXPECT_THAT(message_of([&] { copy_to_host(allocate_tensor({2}, kF32, Device("meta")), buffer); }),
              HasSubstr("on meta:0"));
  EXPECT_NO_THROW(copy_to_host(allocate_tensor({0}, kF32, Device("meta")), nullptr));
}

TEST(ReadScalar, OneElementOfAnyShapeAndDevice) {
  registered("copy_scalar", FakeDevice::kStreams, 2);
  TensorBase t = numbers(Device("copy_scalar"), {1, 2, 3});
  EXPECT_EQ(read_scalar(alias(t, {1, 1}, {7, 7}, 1)).to_double(), 2);
  EXPECT_EQ(message_of([&] { read_scalar(t); }), "item: expected a tensor of one element, got f32[3] on copy_scalar:0");
  EXPECT_THROW(read_scalar(TensorBase()), Error);
  EXPECT_EQ(message_of([] { read_scalar(allocate_tensor({1}, kF32, Device("meta"))); }),
            "item: a meta tensor has no data");
}

TEST(NumberTensor, IsAZeroDimensionalNumber) {
  TensorBase t = number_tensor(0.1);
  EXPECT_EQ(describe(t), "f64[] on cpu:0") << "with all its digits";
  EXPECT_TRUE(t.impl()->wrapped_number);
  EXPECT_EQ(read_scalar(t), Scalar(0.1));
  EXPECT_EQ(number_tensor(true).dtype(), kBool);
  EXPECT_EQ(read_scalar(number_tensor(std::int64_t{1} << 60)).to_int(), std::int64_t{1} << 60);
}

}  // namespace
}  // namespace sy
