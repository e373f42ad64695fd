// DLPack in and out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "helpers.h"
#include "switchyard/switchyard.h"

namespace sy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A tensor of somebody else's: [[1, 2, 3], [4, 5, 6]] in f32.
struct Foreign {
  float data[6] = {1, 2, 3, 4, 5, 6};
  std::int64_t shape[2] = {2, 3}, strides[2] = {3, 1};
  int deleted = 0;
  DLManagedTensor managed{};

  Foreign() {
    managed.dl_tensor = Tensor(empty({1}, kF32)).impl()->abi().view;
    managed.dl_tensor.data = data;
    managed.dl_tensor.device = {1, 0};
    managed.dl_tensor.ndim = 2;
    managed.dl_tensor.shape = shape;
    managed.dl_tensor.strides = nullptr;
    managed.dl_tensor.byte_offset = 0;
    managed.manager_ctx = this;
    managed.deleter = [](DLManagedTensor* self) { ++static_cast<Foreign*>(self->manager_ctx)->deleted; };
  }
};

TEST(Dlpack, RoundTripOfEveryDtypeSharesMemory) {
  for (Dtype dtype : {kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64}) {
    Tensor t = tensor({{0, 1, 1}, {1, 0, 1}}).to(dtype);
    Tensor back = from_dlpack(to_dlpack(t.transpose(0, 1)));
    EXPECT_EQ(back.dtype(), dtype);
    EXPECT_EQ(back.raw_data(), t.raw_data());
    EXPECT_THAT(to_vector<int>(back), ElementsAre(0, 1, 1, 0, 1, 1)) << dtype.name();
  }
}

TEST(Dlpack, ViewsKeepTheirOffsetAndNegativeStrides) {
  Tensor t = arange(0, 6);
  EXPECT_THAT(to_vector<int>(from_dlpack(to_dlpack(t.slice(0, 2, 5)))), ElementsAre(2, 3, 4));
  EXPECT_THAT(to_vector<int>(from_dlpack(to_dlpack(t.flip(0)))), ElementsAre(5, 4, 3, 2, 1, 0));
  EXPECT_EQ(from_dlpack(to_dlpack(tensor(2.5))).item<double>(), 2.5);
  EXPECT_EQ(from_dlpack(to_dlpack(zeros({0, 2}))).shape().vec(), (std::vector<std::int64_t>{0, 2}));
}

TEST(Dlpack, ExportOutlivesTheTensor) {
  DLManagedTensor* managed = nullptr;
  {
    Tensor t = tensor({1., 2.});
    managed = to_dlpack(t);
  }
  EXPECT_EQ(static_cast<double*>(managed->dl_tensor.data)[1], 2);
  managed->deleter(managed);
}

TEST(Dlpack, ImportRunsTheDeleterOnce) {
  Foreign f;
  {
    Tensor view;
    {
      Tensor t = from_dlpack(&f.managed);
      view = t.select(1, 2);
    }
    EXPECT_EQ(f.deleted, 0);
    EXPECT_THAT(to_vector<int>(view), ElementsAre(3, 6));
  }
  EXPECT_EQ(f.deleted, 1);
}

TEST(Dlpack, ImportWithByteOffsetAndNoDeleter) {
  Foreign f;
  f.managed.deleter = nullptr;
  f.managed.dl_tensor.byte_offset = 8;
  f.shape[0] = 1;
  f.managed.dl_tensor.strides = f.strides;
  EXPECT_THAT(to_vector<int>(from_dlpack(&f.managed)), ElementsAre(3, 4, 5));
}

TEST(Dlpack, ImportErrorsLeaveTheCallerTheOwner) {
  auto damaged = [](auto damage) {
    Foreign f;
    damage(f);
    std::string message = message_of([&] { from_dlpack(&f.managed); });
    EXPECT_EQ(f.deleted, 0);
    return message;
  };
  EXPECT_THAT(message_of([] { from_dlpack(nullptr); }), HasSubstr("NULL"));
  EXPECT_THAT(damaged([](Foreign& f) { f.managed.dl_tensor.device.device_type = 2; }), HasSubstr("device type 2"));
  EXPECT_THAT(damaged([](Foreign& f) { f.managed.dl_tensor.dtype.bits = 24; }), HasSubstr("24 bits"));
  EXPECT_THAT(damaged([](Foreign& f) { f.managed.dl_tensor.dtype.lanes = 4; }), HasSubstr("4 lanes"));
  EXPECT_THAT(damaged([](Foreign& f) { f.managed.dl_tensor.ndim = -1; }), HasSubstr("-1 dimensions"));
  EXPECT_THAT(damaged([](Foreign& f) { f.managed.dl_tensor.ndim = 65; }), HasSubstr("65 dimensions"));
  EXPECT_THAT(damaged([](Foreign& f) { f.managed.dl_tensor.data = nullptr; }), HasSubstr("data is NULL"));
  EXPECT_THAT(damaged([](Foreign& f) { f.managed.dl_tensor.shape = nullptr; }), HasSubstr("shape is NULL"));
  EXPECT_THAT(damaged([](Foreign& f) { f.shape[1] = -3; }), HasSubstr("negative"));
  EXPECT_THAT(damaged([](Foreign& f) {
                f.managed.dl_tensor.strides = f.strides;
                f.strides[0] = std::numeric_limits<std::int64_t>::max();
              }),
              HasSubstr("reach too far"));
}

TEST(Dlpack, ExportErrors) {
  EXPECT_THAT(message_of([] { to_dlpack(Tensor()); }), HasSubstr("undefined"));
  EXPECT_THAT(message_of([] { to_dlpack(tensor({1.f}).requires_grad_()); }), HasSubstr("detach it first"));
  EXPECT_THAT(message_of([] { to_dlpack(tensor({1.f}).to(Device("simulator"))); }),
              HasSubstr("simulator:0 is not host memory"));
}

}  // namespace
}  // namespace sy
