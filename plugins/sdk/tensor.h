// What a call's operands look like to plugin code: borrowed views over the ABI's structs, valid until run() returns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "switchyard/sdk/dtype.h"
#include "switchyard/sdk/status.h"

namespace sy::sdk {

/// A borrowed list.
template <typename T>
class List {
 public:
  List() = default;
  List(const T* data, std::size_t size) : data_(data), size_(size) {}

  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

 private:
  const T* data_ = nullptr;
  std::size_t size_ = 0;
};
using Ints = List<std::int64_t>;
using Floats = List<double>;
using Bools = List<std::uint8_t>;

/// A tensor operand. Strides are in elements and may be zero or negative.
class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(const sy_tensor* abi) : abi_(abi) {}

  bool defined() const { return abi_ != nullptr; }
  const sy_tensor* abi() const { return abi_; }

  int ndim() const { return abi_->view.ndim; }
  Ints shape() const { return {abi_->view.shape, static_cast<std::size_t>(ndim())}; }
  Ints strides() const { return {abi_->view.strides, static_cast<std::size_t>(ndim())}; }
  /// d may be negative: from the end. 1 for any d of a 0-d tensor.
  std::int64_t size(int d) const { return ndim() == 0 ? 1 : abi_->view.shape[d < 0 ? d + ndim() : d]; }
  std::int64_t stride(int d) const { return ndim() == 0 ? 0 : abi_->view.strides[d < 0 ? d + ndim() : d]; }
  std::int64_t numel() const {
    std::int64_t n = 1;
    for (int d = 0; d < ndim(); ++d) n *= abi_->view.shape[d];
    return n;
  }
  std::uint32_t dtype() const { return abi_->dtype; }

  bool is_contiguous() const { return (abi_->flags & SY_TENSOR_CONTIGUOUS) != 0; }
  /// A number in host memory, whatever the device.
  bool is_host_scalar() const { return (abi_->flags & SY_TENSOR_HOST_SCALAR) != 0; }
  bool is_read_only() const { return (abi_->flags & SY_TENSOR_READ_ONLY) != 0; }
  bool overlaps_itself() const { return (abi_->flags & SY_TENSOR_INTERNAL_OVERLAP) != 0; }

  /// The first logical element. The type is not checked.
  template <typename T>
  T* data() const {
    return reinterpret_cast<T*>(static_cast<char*>(abi_->view.data) + abi_->view.byte_offset);
  }

 private:
  const sy_tensor* abi_ = nullptr;
};

/// A list of tensors, some of which may be absent.
class TensorList {
 public:
  TensorList() = default;
  TensorList(const sy_tensor* const* data, std::size_t size) : data_(data), size_(size) {}

  std::size_t size() const { return size_; }
  bool has(std::size_t i) const { return data_[i] != nullptr; }
  Tensor operator[](std::size_t i) const { return Tensor(data_[i]); }

 private:
  const sy_tensor* const* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A number that knows whether it is boolean, integral or floating.
class Scalar {
 public:
  Scalar() : value_{SY_SCALAR_INT, 0, 0, 0.0} {}
  explicit Scalar(const sy_scalar& value) : value_(value) {}

  bool is_floating() const { return value_.kind == SY_SCALAR_FLOAT; }
  bool is_bool() const { return value_.kind == SY_SCALAR_BOOL; }
  double to_double() const { return value_.f; }
  /// Truncates and saturates a floating value; NaN is 0.
  std::int64_t to_int() const { return is_floating() ? truncate(value_.f) : value_.i; }

  /// As `cast`: an integer that T cannot hold wraps, a floating T rounds, bool is nonzero.
  template <typename T>
  T to() const {
    return is_floating() ? convert<T>(value_.f) : convert<T>(value_.i);
  }
  /// As to, but what an integral T cannot hold becomes its least or largest value.
  template <typename T>
  T saturate() const {
    if constexpr (kIsIntegral<T>) {
      const std::int64_t v = to_int();
      if (v < static_cast<std::int64_t>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
      if (v > static_cast<std::int64_t>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
      return static_cast<T>(v);
    } else {
      return to<T>();
    }
  }

 private:
  sy_scalar value_;
};

/// Where a random operator's numbers come from: see philox.h.
class Rng {
 public:
  Rng() = default;
  explicit Rng(const sy_rng& rng) : seed_(rng.seed), offset_(rng.offset), device_state_(rng.device_state) {}
  Rng(std::uint64_t seed, std::uint64_t offset) : seed_(seed), offset_(offset) {}

  std::uint64_t seed() const { return seed_; }
  std::uint64_t offset() const { return offset_; }
  /// Device memory with the seed that counts and an addend of offset, or NULL. Device code reads it: see sy_rng.
  const void* device_state() const { return device_state_; }

 private:
  std::uint64_t seed_ = 0;
  std::uint64_t offset_ = 0;
  const void* device_state_ = nullptr;
};

}  // namespace sy::sdk
