// The tensor handle without its operators; ops/tensor.h adds those.
#pragma once

#include <cstdint>
#include <string>

#include "switchyard/core/error.h"
#include "switchyard/core/tensor_impl.h"

namespace sy {

/// A counted handle; copies name the same tensor. Undefined until assigned. Different threads may read one tensor at
/// once; writing its data or its metadata needs the caller's own order.
class TensorBase {
 public:
  TensorBase() = default;
  explicit TensorBase(Ref<TensorImpl> impl) : impl_(std::move(impl)) {}

  bool defined() const { return static_cast<bool>(impl_); }
  IntArray shape() const { return impl_->shape(); }
  IntArray strides() const { return impl_->strides(); }
  /// Number of dimensions.
  std::int64_t dim() const { return impl_->ndim(); }
  std::int64_t numel() const { return impl_->numel(); }
  /// One size; d may count from the end. Throws sy::Error when out of range.
  std::int64_t size(std::int64_t d) const { return impl_->shape()[checked_dim(d)]; }
  std::int64_t stride(std::int64_t d) const { return impl_->strides()[checked_dim(d)]; }
  /// In elements, from the start of the storage.
  std::int64_t storage_offset() const { return impl_->offset(); }
  Dtype dtype() const { return impl_->dtype(); }
  Device device() const { return impl_->device(); }
  std::size_t itemsize() const { return dtype().itemsize(); }
  bool is_contiguous() const { return impl_->contiguous(); }
  const Ref<Storage>& storage() const { return impl_->storage(); }
  /// Counts in-place writes to the storage.
  std::uint32_t version() const { return impl_->storage() ? impl_->storage()->version() : 0; }

  /// The first element, in host memory. Throws sy::Error unless T is the dtype and the device is host memory; waits for
  /// nothing.
  template <typename T>
  T* data() const {
    return static_cast<T*>(checked_data(sizeof(T), dtype_code<T>()));
  }
  /// The first element's address on the device (or base handle), whatever the dtype.
  void* raw_data() const { return impl_->data(); }

  TensorImpl* impl() const { return impl_.get(); }
  const Ref<TensorImpl>& ref() const { return impl_; }
  /// The same tensor object, not equal contents.
  bool same_as(const TensorBase& other) const { return impl_ == other.impl_; }

 private:
  std::size_t checked_dim(std::int64_t d) const;
  void* checked_data(std::size_t itemsize, int code) const;
  template <typename T>
  static constexpr int dtype_code() {
    if constexpr (std::is_same_v<T, bool>) return 6;
    if constexpr (std::is_floating_point_v<T>) return 2;
    if constexpr (std::is_integral_v<T>) return std::is_signed_v<T> ? 0 : 1;
    return -1;  // a 16-bit float class of the caller's: only the size is checked
  }

  Ref<TensorImpl> impl_;
};

/// "[2, 3]"
std::string shape_str(const IntArray& shape);
/// "f32[2, 3] on cpu:0", or "undefined"
std::string describe(const TensorBase& t);

/// Uninitialised contiguous tensor. Throws sy::Error.
TensorBase allocate_tensor(const IntArray& shape, Dtype dtype, Device device);
/// Memory for a tensor whose TensorImpl was made without.
void allocate_if_needed(const TensorBase& t);
/// A tensor over the same storage. The geometry is trusted.
TensorBase alias(const TensorBase& base, const IntArray& shape, const IntArray& strides, std::int64_t offset);

}  // namespace sy
