#include "switchyard/io/dlpack.h"

#include "switchyard/core/backend.h"

namespace sy {
namespace {

constexpr std::int32_t kDlCpu = 1;
constexpr std::int64_t kFarthest = std::int64_t{1} << 58;  // in elements, so that bytes cannot overflow

/// Keeps the tensor, and the shape that the receiver reads.
struct Shared {
  Tensor tensor;
  Shape shape, strides;
  DLManagedTensor managed;
};

}  // namespace

DLManagedTensor* to_dlpack(const Tensor& t) {
  require(t.defined(), "to_dlpack: the tensor is undefined");
  require(!t.requires_grad(), "to_dlpack: the tensor needs a gradient, which DLPack cannot carry; detach it first");
  require(t.device().is_cpu() && backend_of(t.device()).host_memory(), "to_dlpack: ", t.device().str(),
          " is not host memory; move the tensor to cpu first");
  auto* shared =
      new Shared{t, Shape(t.shape().begin(), t.shape().end()), Shape(t.strides().begin(), t.strides().end()), {}};
  shared->managed.dl_tensor = t.impl()->abi().view;
  shared->managed.dl_tensor.device = {kDlCpu, 0};
  shared->managed.dl_tensor.shape = shared->shape.data();
  shared->managed.dl_tensor.strides = shared->strides.data();
  shared->managed.manager_ctx = shared;
  shared->managed.deleter = [](DLManagedTensor* self) { delete static_cast<Shared*>(self->manager_ctx); };
  return &shared->managed;
}

Tensor from_dlpack(DLManagedTensor* managed) {
  require(managed != nullptr, "from_dlpack: NULL");
  const sy_dl_tensor& dl = managed->dl_tensor;
  require(dl.device.device_type == kDlCpu, "from_dlpack: device type ", dl.device.device_type, " is not host memory");
  std::optional<Dtype> dtype = Dtype::from_dlpack(dl.dtype);
  require(dtype.has_value(), "from_dlpack: no dtype for code ", int{dl.dtype.code}, ", ", int{dl.dtype.bits}, " bits, ",
          dl.dtype.lanes, " lanes");
  require(dl.ndim >= 0 && dl.ndim <= 64, "from_dlpack: ", dl.ndim, " dimensions");
  require(dl.ndim == 0 || dl.shape != nullptr, "from_dlpack: shape is NULL");
  IntArray shape(dl.shape, static_cast<std::size_t>(dl.ndim));
  std::int64_t numel = 0;
  throw_if_error(checked_numel(shape, &numel));
  require(dl.data != nullptr || numel == 0, "from_dlpack: data is NULL");
  Shape strides = dl.strides != nullptr ? Shape(dl.strides, dl.strides + dl.ndim) : contiguous_strides(shape);
  // The extent that the strides reach, before and behind the first element.
  std::int64_t low = 0, high = 0;
  for (std::int32_t d = 0; d < dl.ndim && numel > 0; ++d) {
    std::int64_t reach = 0;
    require(
        !__builtin_mul_overflow(shape[static_cast<std::size_t>(d)] - 1, strides[static_cast<std::size_t>(d)], &reach) &&
            !__builtin_add_overflow(reach < 0 ? low : high, reach, reach < 0 ? &low : &high),
        "from_dlpack: the strides reach too far");
  }
  require(low > -kFarthest && high < kFarthest, "from_dlpack: the strides reach too far");
  std::size_t item = dtype->itemsize();
  require(numel == 0 || (reinterpret_cast<std::uintptr_t>(dl.data) + dl.byte_offset) % item == 0,
          "from_dlpack: data is not aligned to ", item, " bytes");
  char* start = static_cast<char*>(dl.data) + dl.byte_offset + low * static_cast<std::int64_t>(item);
  std::uint64_t bytes = numel > 0 ? static_cast<std::uint64_t>(high - low + 1) * item : 0;
  auto release = [managed] {
    if (managed->deleter != nullptr) managed->deleter(managed);
  };
  Ref<Storage> storage = Storage::wrap(Device(), start, bytes, release);
  return Tensor(TensorBase(TensorImpl::make(std::move(storage), Device(), *dtype, shape, strides, -low)));
}

}  // namespace sy
