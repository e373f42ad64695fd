// Values in host memory: what inputs are made from and results are compared as.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "switchyard/core/host_scalar.h"
#include "switchyard/core/tensor_base.h"

namespace sy::testing {

/// A dense row-major array of a standard dtype.
struct Array {
  Dtype dtype;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;

  Array() = default;
  /// Zeros.
  Array(Dtype d, std::vector<std::int64_t> s);

  std::int64_t numel() const;
  Scalar at(std::int64_t i) const { return read_element(bytes.data() + offset(i), dtype); }
  void set(std::int64_t i, const Scalar& v) { write_element(bytes.data() + offset(i), dtype, v); }
  /// "f32[2, 3] {0.5, 1, ...}", at most eight elements.
  std::string str() const;

 private:
  std::size_t offset(std::int64_t i) const { return static_cast<std::size_t>(i) * dtype.itemsize(); }
};

/// The whole storage of t, as bytes. Waits for the device; runs no operator.
std::vector<std::byte> storage_image(const TensorBase& t);
/// The elements of t, gathered on the host whatever its strides. Waits for the device; runs no operator.
Array to_array(const TensorBase& t);

/// Calls fn(position in storage, logical index) for every element in row-major order.
template <typename Fn>
void for_each_element(IntArray shape, IntArray strides, std::int64_t offset, Fn&& fn) {
  std::vector<std::int64_t> index(shape.size(), 0);
  std::int64_t numel = 1;
  for (std::int64_t n : shape) numel *= n;
  std::int64_t position = offset;
  for (std::int64_t i = 0; i < numel; ++i) {
    fn(position, i);
    for (std::size_t d = shape.size(); d-- > 0;) {
      position += strides[d];
      if (++index[d] < shape[d]) break;
      position -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}

}  // namespace sy::testing
