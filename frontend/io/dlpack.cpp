#include "switchyard/io/dlpack.h"

#include <memory>

namespace sy {
namespace {

constexpr std::int32_t kDLCpu = 1;

/// What an exported tensor keeps alive.
struct Exported {
  DLManagedTensor managed{};
  Tensor tensor;
  Shape shape, strides;
};

/// Byte range that a view reaches, relative to its first element.
struct Extent {
  std::int64_t low = 0, high = 0;  // in elements; high is the last one
};

Extent extent_of(IntArray shape, IntArray strides) {
  Extent e;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    std::int64_t part = 0;
    std::int64_t& end = strides[d] < 0 ? e.low : e.high;
    require(!__builtin_mul_overflow(shape[d] - 1, strides[d], &part) && !__builtin_add_overflow(end, part, &end) &&
                end < (std::int64_t{1} << 58) && end > -(std::int64_t{1} << 58),
            "from_dlpack: the strides reach too far");
  }
  return e;
}

}  // namespace

DLManagedTensor* to_dlpack(const Tensor& t) {
  require(t.defined(), "to_dlpack: the tensor is undefined");
  require(t.device().is_cpu(), "to_dlpack: the tensor is on ", t.device().str(), "; only cpu tensors are shared");
  require(!t.requires_grad(), "to_dlpack: the tensor needs a gradient, which would be lost; detach it first");
  auto exported = std::make_unique<Exported>();
  exported->tensor = t;
  exported->shape.assign(t.shape().begin(), t.shape().end());
  exported->strides.assign(t.strides().begin(), t.strides().end());
  DLManagedTensor& m = exported->managed;
  m.dl_tensor.data = t.raw_data();
  m.dl_tensor.device = {kDLCpu, 0};
  m.dl_tensor.ndim = static_cast<std::int32_t>(t.dim());
  m.dl_tensor.dtype = t.dtype().dlpack();
  m.dl_tensor.shape = exported->shape.data();
  m.dl_tensor.strides = exported->strides.data();
  m.dl_tensor.byte_offset = 0;
  m.manager_ctx = exported.get();
  m.deleter = [](DLManagedTensor* self) { delete static_cast<Exported*>(self->manager_ctx); };
  return &exported.release()->managed;
}

Tensor from_dlpack(DLManagedTensor* managed) {
  require(managed != nullptr, "from_dlpack: the tensor is NULL");
  const sy_dl_tensor& source = managed->dl_tensor;
  require(source.device.device_type == kDLCpu, "from_dlpack: device type ", source.device.device_type, " is not cpu (1)");
  require(source.ndim >= 0 && source.ndim <= 64, "from_dlpack: ", source.ndim, " dimensions");
  require(source.ndim == 0 || source.shape != nullptr, "from_dlpack: shape is NULL");
  std::optional<Dtype> dtype = Dtype::from_dlpack(source.dtype);
  require(dtype.has_value(), "from_dlpack: no dtype has code ", int{source.dtype.code}, ", ", int{source.dtype.bits}, " bits and ",
          source.dtype.lanes, " lanes");
  IntArray shape(source.shape, static_cast<std::size_t>(source.ndim));
  std::int64_t numel = 0;
  throw_if_error(checked_numel(shape, &numel));
  require(numel == 0 || source.data != nullptr, "from_dlpack: data is NULL");
  Shape strides = source.strides != nullptr ? Shape(source.strides, source.strides + source.ndim) : contiguous_strides(shape);
  Extent extent = numel != 0 ? extent_of(shape, strides) : Extent{0, -1};
  std::int64_t itemsize = static_cast<std::int64_t>(dtype->itemsize());
  char* first = static_cast<char*>(source.data) + source.byte_offset;
  require(numel == 0 || reinterpret_cast<std::uintptr_t>(first) % static_cast<std::uintptr_t>(itemsize) == 0,
          "from_dlpack: data is not aligned to ", itemsize, " bytes");
  auto give_back = [managed] {
    if (managed->deleter != nullptr) managed->deleter(managed);
  };
  void* base = numel != 0 ? first + extent.low * itemsize : first;
  std::uint64_t bytes = static_cast<std::uint64_t>(extent.high - extent.low + 1) * static_cast<std::uint64_t>(itemsize);
  Ref<Storage> storage = Storage::wrap(Device(), base, bytes, give_back);
  return Tensor(TensorBase(TensorImpl::make(std::move(storage), Device(), *dtype, shape, strides, -extent.low)));
}

}  // namespace sy
