// A sdk::Tensor over memory of the test's own.
#pragma once

#include <cstdint>
#include <vector>

#include "switchyard/sdk/tensor.h"

namespace sy::sdk {

class Built {
 public:
  /// data: the first logical element. strides in elements.
  template <typename T>
  Built(T* data, std::vector<std::int64_t> shape, std::vector<std::int64_t> strides)
      : shape_(std::move(shape)), strides_(std::move(strides)) {
    abi_.size = sizeof abi_;
    abi_.view.data = data;
    abi_.view.ndim = static_cast<std::int32_t>(shape_.size());
    abi_.view.shape = shape_.data();
    abi_.view.strides = strides_.data();
    abi_.dtype = kDtypeId<T>;
  }
  Built(const Built&) = delete;
  Built& operator=(const Built&) = delete;

  Tensor tensor() const { return Tensor(&abi_); }

 private:
  std::vector<std::int64_t> shape_;
  std::vector<std::int64_t> strides_;
  sy_tensor abi_{};
};

}  // namespace sy::sdk
