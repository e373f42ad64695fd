// Operands as plain arrays of their compute type: for kernels that work on whole contiguous tensors.
#pragma once

#include <optional>

#include "loops/grid.h"
#include "loops/scratch.h"

namespace sy::cpu {

/// data, contiguous and of that dtype, as an operand of t's shape; strides: room for kMaxDims.
Operand array_operand(const sdk::Tensor& t, void* data, std::uint32_t dtype, std::int64_t* strides);

/// The elements of a tensor in row-major order, f16 and bf16 as float: the tensor's own memory where it is contiguous
/// and needs no conversion, else a copy.
class InputArray {
 public:
  InputArray(const sdk::Call& call, const sdk::Tensor& tensor);
  /// Null for an absent tensor.
  InputArray(const sdk::Call& call, const std::optional<sdk::Tensor>& tensor);

  const void* data() const { return data_; }
  template <class T>
  const T* as() const {
    return static_cast<const T*>(data_);
  }

 private:
  void load(const sdk::Call& call, const sdk::Tensor& tensor);
  std::optional<Scratch<char>> copy_;
  const void* data_ = nullptr;
};

/// Memory for a tensor's elements, likewise; store() brings them into the tensor.
class OutputArray {
 public:
  OutputArray(const sdk::Call& call, const sdk::Tensor& tensor);

  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }
  void* data() const { return data_; }
  /// Copies the tensor's present contents into the array, for outputs that are updated.
  void load();
  void store();

 private:
  Operand array(std::int64_t* strides) const;
  sdk::Tensor tensor_;
  std::optional<Scratch<char>> copy_;
  void* data_ = nullptr;
};

}  // namespace sy::cpu
