#include "switchyard/core/tensor_impl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace sy {
namespace {

using testing::ElementsAre;

Ref<TensorImpl> make(IntArray shape, IntArray strides, std::int64_t offset = 0) {
  return TensorImpl::make({}, Device("meta"), kF32, shape, strides, offset);
}

std::string shape_text(const Shape& shape) { return testing::PrintToString(IntArray(shape).vec()); }

TEST(TensorImpl, MetadataForKernels) {
  char memory[64];
  Ref<Storage> storage = Storage::wrap(Device(), memory, sizeof memory, {});
  Ref<TensorImpl> t = TensorImpl::make(storage, Device(), kI16, {2, 3}, {1, 2}, 4);
  const sy_tensor& abi = t->abi();
  EXPECT_EQ(abi.view.data, memory);
  EXPECT_EQ(abi.view.byte_offset, 8u);
  EXPECT_EQ(t->data(), memory + 8);
  EXPECT_EQ(abi.dtype, SY_I16);
  EXPECT_EQ(abi.view.dtype.bits, 16);
  EXPECT_EQ(abi.storage, storage.get());
  EXPECT_EQ(abi.storage_bytes, 64u);
  EXPECT_EQ(abi.view.device.device_type, 1) << "kDLCPU";
  EXPECT_EQ(t->numel(), 6);
  EXPECT_THAT(t->shape().vec(), ElementsAre(2, 3));
  EXPECT_THAT(t->strides().vec(), ElementsAre(1, 2));
}

TEST(TensorImpl, Contiguity) {
  EXPECT_TRUE(make({2, 3}, {3, 1})->contiguous());
  EXPECT_FALSE(make({2, 3}, {1, 2})->contiguous());
  EXPECT_FALSE(make({2, 3}, {6, 2})->contiguous());
  EXPECT_FALSE(make({3}, {-1}, 2)->contiguous());
  EXPECT_TRUE(make({1, 3}, {77, 1})->contiguous()) << "the stride of a dimension of one says nothing";
  EXPECT_TRUE(make({0, 3}, {1, 5})->contiguous()) << "nothing is dense";
  EXPECT_TRUE(make({}, {})->contiguous());
}

TEST(TensorImpl, Overlap) {
  EXPECT_TRUE(make({3}, {0})->overlapping());
  EXPECT_TRUE(make({2, 3}, {2, 1})->overlapping()) << "rows share an element";
  EXPECT_TRUE(make({2, 2}, {1, -1}, 1)->overlapping());
  EXPECT_FALSE(make({2, 3}, {1, 2})->overlapping());
  EXPECT_FALSE(make({3}, {-2}, 4)->overlapping());
  EXPECT_FALSE(make({1, 3}, {0, 2})->overlapping());
  EXPECT_FALSE(make({0, 3}, {0, 0})->overlapping());
}

TEST(TensorImpl, ManyDimensions) {
  Shape shape(9, 1), strides(9, 1);
  shape[0] = 4;
  strides[0] = 2;
  Ref<TensorImpl> t = make(shape, strides);
  EXPECT_TRUE(t->shape() == IntArray(shape));
  EXPECT_TRUE(t->strides() == IntArray(strides));
  EXPECT_EQ(t->numel(), 4);
  t->set_contents(*make({5}, {1}));
  EXPECT_THAT(t->shape().vec(), ElementsAre(5));
  EXPECT_TRUE(t->contiguous());
}

TEST(TensorImpl, FreshOnesHaveTheStridesOfTheirShape) {
  for (Shape shape : {Shape{}, Shape{4}, Shape{2, 3, 4}, Shape{1, 3, 1}, Shape{2, 0, 3}, Shape{0}}) {
    Ref<TensorImpl> t = TensorImpl::make_contiguous({}, Device("meta"), kF32, shape);
    EXPECT_EQ(t->strides().vec(), IntArray(contiguous_strides(shape)).vec()) << shape_text(shape);
    EXPECT_EQ(t->numel(), std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()));
    EXPECT_TRUE(t->contiguous());
  }
}

TEST(TensorImpl, BitsOfTheBaseCount) {
  Ref<TensorImpl> base = make({4}, {1}), view = make({2}, {1});
  view->bits = 2;
  base->bits = 1;
  EXPECT_EQ(view->layer_bits(), 2u);
  view->base = base;
  EXPECT_EQ(view->layer_bits(), 3u);
}

TEST(ContiguousStrides, ZerosCountAsOne) {
  EXPECT_THAT(IntArray(contiguous_strides({2, 3, 4})).vec(), ElementsAre(12, 4, 1));
  EXPECT_THAT(IntArray(contiguous_strides({2, 0, 3})).vec(), ElementsAre(3, 3, 1)) << "as PyTorch's";
  EXPECT_TRUE(contiguous_strides(IntArray()).empty());
}

TEST(CheckedNumel, CountsOrSaysWhyNot) {
  std::int64_t n = -1;
  EXPECT_TRUE(checked_numel({2, 3, 4}, &n).ok());
  EXPECT_EQ(n, 24);
  EXPECT_TRUE(checked_numel(IntArray(), &n).ok());
  EXPECT_EQ(n, 1);
  EXPECT_TRUE(checked_numel({5, 0}, &n).ok());
  EXPECT_EQ(n, 0);
  EXPECT_EQ(checked_numel({2, -3}, &n).message(), "size -3 is negative in shape [2, -3]");
  EXPECT_EQ(checked_numel({0, -1}, &n).message(), "size -1 is negative in shape [0, -1]");
}

TEST(CheckedNumel, Overflow) {
  constexpr std::int64_t kBig = std::int64_t{1} << 40;
  std::int64_t n = -1;
  for (Shape shape : {Shape{kBig, kBig}, Shape{kBig, kBig, 0}, Shape{0, kBig, kBig}, Shape{kBig, kBig, kBig, kBig},
                      Shape{std::int64_t{1} << 59}}) {
    absl::Status status = checked_numel(shape, &n);
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr("has too many elements")) << shape_text(shape);
  }
  EXPECT_EQ(n, -1);
  EXPECT_TRUE(checked_numel(std::int64_t{1} << 58, &n).ok()) << "of any standard dtype, the bytes fit 64 bits";
}

}  // namespace
}  // namespace sy
