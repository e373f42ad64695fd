#include "switchyard/core/tensor_impl.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_join.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/error.h"
#include "switchyard/core/free_list.h"
#include "switchyard/dispatch/thread_state.h"

namespace sy {
namespace {

std::int32_t dlpack_device_type(Device device) {
  if (device.is_cpu()) return 1;  // kDLCPU
  Backend* backend = find_backend(device.backend());
  return backend != nullptr ? backend->table().dlpack_type : 12;
}

/// True when two different indices may name the same element; may err on the side of true for odd stride sets.
bool may_overlap(const std::int64_t* shape, const std::int64_t* strides, std::int32_t n) {
  // Sort the dimensions with more than one index by |stride|: no overlap if each stride passes all that is below it.
  std::int32_t order[64];
  std::int32_t count = 0;
  for (std::int32_t d = 0; d < n && count < 64; ++d) {
    if (shape[d] == 0) return false;
    if (shape[d] == 1) continue;
    if (strides[d] == 0) return true;
    order[count++] = d;
  }
  std::sort(order, order + count,
            [&](std::int32_t a, std::int32_t b) { return std::abs(strides[a]) < std::abs(strides[b]); });
  std::int64_t extent = 0;
  for (std::int32_t i = 0; i < count; ++i) {
    std::int32_t d = order[i];
    if (std::abs(strides[d]) <= extent) return true;
    extent += std::abs(strides[d]) * (shape[d] - 1);
  }
  return false;
}

}  // namespace

[[gnu::always_inline]] inline void TensorImpl::init(Ref<Storage>&& storage, Device device, Dtype dtype,
                                                    std::size_t ndim, std::int64_t offset) {
  std::int64_t* dims = dims_;
  if (ndim > 6) {
    more_ = std::make_unique<std::int64_t[]>(2 * ndim);
    dims = more_.get();
  }
  abi_.size = sizeof(sy_tensor);
  abi_.flags = 0;
  abi_.view.data = storage ? storage->data() : nullptr;
  abi_.view.device = {dlpack_device_type(device), device.index()};
  abi_.view.ndim = static_cast<std::int32_t>(ndim);
  abi_.view.dtype = dtype.dlpack();
  abi_.view.shape = dims;
  abi_.view.strides = dims + ndim;
  abi_.view.byte_offset = static_cast<std::uint64_t>(offset) * dtype.itemsize();
  abi_.dtype = dtype.id();
  abi_.layout = SY_LAYOUT_STRIDED;
  abi_.layout_desc = nullptr;
  abi_.storage = storage.get();
  abi_.storage_offset = 0;
  abi_.storage_bytes = storage ? storage->bytes() : 0;
  abi_.bit_offset = 0;
  device_ = device;
  offset_ = offset;
  storage_ = std::move(storage);
  inference = t_state.inference_mode;
}

void TensorImpl::attach(Ref<Storage> storage) {
  abi_.view.data = storage->data();
  abi_.storage = storage.get();
  abi_.storage_bytes = storage->bytes();
  storage_ = std::move(storage);
}

void TensorImpl::drop_dims(const IntArray& dims) {
  std::int64_t* shape = abi_.view.shape;
  const std::int64_t* strides = abi_.view.strides;
  std::size_t n = static_cast<std::size_t>(abi_.view.ndim), next = 0, kept = 0;
  Shape left;
  for (std::size_t d = 0; d < n; ++d) {
    if (next < dims.size() && dims[next] == static_cast<std::int64_t>(d)) {
      ++next;
      continue;
    }
    shape[kept++] = shape[d];
    left.push_back(strides[d]);
  }
  abi_.view.ndim = static_cast<std::int32_t>(kept);
  abi_.view.strides = shape + kept;
  std::copy(left.begin(), left.end(), abi_.view.strides);
}

void TensorImpl::finish() {
  std::int64_t numel = 1;
  std::int64_t expected = 1;
  bool contiguous = true;
  for (std::int32_t d = abi_.view.ndim - 1; d >= 0; --d) {
    std::int64_t size = abi_.view.shape[d];
    contiguous &= size == 1 || abi_.view.strides[d] == expected;
    expected *= size;
    numel *= size;
  }
  numel_ = numel;
  if (numel == 0) contiguous = true;
  if (contiguous) {
    abi_.flags |= SY_TENSOR_CONTIGUOUS;
  } else if (may_overlap(abi_.view.shape, abi_.view.strides, abi_.view.ndim)) {
    abi_.flags |= SY_TENSOR_INTERNAL_OVERLAP;
  }
}

Ref<TensorImpl> TensorImpl::make(Ref<Storage> storage, Device device, Dtype dtype, const IntArray& shape,
                                 const IntArray& strides, std::int64_t offset) {
  auto* impl = new (FreeList<TensorImpl>::allocate()) TensorImpl;
  impl->init(std::move(storage), device, dtype, shape.size(), offset);
  std::copy(shape.begin(), shape.end(), impl->abi_.view.shape);
  std::copy(strides.begin(), strides.end(), impl->abi_.view.strides);
  impl->finish();
  return Ref<TensorImpl>::adopt(impl);
}

Ref<TensorImpl> TensorImpl::make_contiguous(Ref<Storage> storage, Device device, Dtype dtype, const IntArray& shape) {
  auto* impl = new (FreeList<TensorImpl>::allocate()) TensorImpl;
  impl->init(std::move(storage), device, dtype, shape.size(), 0);
  std::int64_t numel = 1, stride = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    impl->abi_.view.shape[d] = shape[d];
    impl->abi_.view.strides[d] = stride;
    numel *= shape[d];
    stride *= std::max<std::int64_t>(shape[d], 1);
  }
  impl->numel_ = numel;
  impl->abi_.flags = SY_TENSOR_CONTIGUOUS;
  return Ref<TensorImpl>::adopt(impl);
}

Ref<TensorImpl> TensorImpl::share_contents(const TensorImpl& other) {
  if (other.more_)
    return make(other.storage_, other.device_, other.dtype(), other.shape(), other.strides(), other.offset_);
  auto* impl = new (FreeList<TensorImpl>::allocate()) TensorImpl;
  other.copy_abi(impl->abi_);
  impl->abi_.view.shape = impl->dims_;
  impl->abi_.view.strides = impl->dims_ + other.ndim();
  copy_few(impl->dims_, other.dims_, 2 * static_cast<std::size_t>(other.ndim()));
  impl->numel_ = other.numel_;
  impl->offset_ = other.offset_;
  impl->device_ = other.device_;
  impl->storage_ = other.storage_;
  impl->inference = t_state.inference_mode;
  return Ref<TensorImpl>::adopt(impl);
}

void TensorImpl::destroy(TensorImpl* impl) {
  impl->~TensorImpl();
  FreeList<TensorImpl>::deallocate(impl);
}

void TensorImpl::set_contents(const TensorImpl& other) {
  more_.reset();
  init(Ref<Storage>(other.storage_), other.device_, other.dtype(), other.shape().size(), other.offset_);
  std::copy(other.shape().begin(), other.shape().end(), abi_.view.shape);
  std::copy(other.strides().begin(), other.strides().end(), abi_.view.strides);
  finish();
}

Shape contiguous_strides(const IntArray& shape) {
  Shape strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= std::max<std::int64_t>(shape[d], 1);
  }
  return strides;
}

absl::Status checked_numel(const IntArray& shape, std::int64_t* numel) {
  std::int64_t n = 1;
  bool empty = false;
  bool overflow = false;
  for (std::int64_t size : shape) {
    if (size < 0) {
      return invalid("size ", size, " is negative in shape [", absl::StrJoin(shape.begin(), shape.end(), ", "), "]");
    }
    if (size == 0)
      empty = true;
    else if (__builtin_mul_overflow(n, size, &n) || n > (std::int64_t{1} << 58))
      overflow = true, n = 1;
  }
  if (overflow) {
    return invalid("shape [", absl::StrJoin(shape.begin(), shape.end(), ", "), "] has too many elements");
  }
  *numel = empty ? 0 : n;
  return absl::OkStatus();
}

}  // namespace sy
