// Adding into a contiguous tensor with one rounding per element, however many values it takes.
#pragma once

#include <cstdint>
#include <vector>

#include "compute.h"

namespace sy::reference {

/// Wide copy of a contiguous tensor's elements; store() rounds it back.
template <typename T>
class WideBuffer {
 public:
  explicit WideBuffer(const sdk::Tensor& tensor) : data_(tensor.data<T>()), values_(data_, data_ + tensor.numel()) {}

  /// For bool: logical or.
  void add(std::int64_t i, T value) { values_[i] = plus(values_[i], widen(value)); }
  void store() const {
    for (std::size_t i = 0; i < values_.size(); ++i) data_[i] = sdk::convert<T>(values_[i]);
  }

 private:
  T* data_;
  std::vector<Wide<T>> values_;
};

}  // namespace sy::reference
