// Tensors from and to C++ memory.
#pragma once

#include <functional>
#include <type_traits>
#include <vector>

#include "switchyard/dispatch/current_device.h"
#include "switchyard/ops/operators.h"

namespace sy {

/// The dtype of a C++ number type.
template <typename T>
constexpr Dtype dtype_of() {
  if constexpr (std::is_same_v<T, bool>)
    return kBool;
  else if constexpr (std::is_same_v<T, float>)
    return kF32;
  else if constexpr (std::is_same_v<T, double>)
    return kF64;
  else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>)
    return sizeof(T) == 1 ? kI8 : sizeof(T) == 2 ? kI16 : sizeof(T) == 4 ? kI32 : kI64;
  else if constexpr (std::is_same_v<T, unsigned char>)
    return kU8;
  else
    static_assert(sizeof(T) == 0, "no dtype for this C++ type");
}

/// A cpu tensor over memory that it does not own. The memory must hold shape (with strides, in elements: what they
/// reach) and outlive every tensor that shares it; deleter, if given, runs once when the last one dies. Throws
/// sy::Error for a null pointer or strides that lead before data.
Tensor from_blob(void* data, IntArray shape, Dtype dtype, OptionalIntArray strides = {},
                 std::function<void()> deleter = {});

/// A tensor on the current device with a copy of values, in row-major order. Throws sy::Error unless shape has as many elements.
template <typename T>
Tensor tensor(const std::vector<T>& values, IntArray shape) {
  std::int64_t numel = 0;
  throw_if_error(checked_numel(shape, &numel));
  require(numel == static_cast<std::int64_t>(values.size()), "tensor: shape ", shape_str(shape), " needs ", numel,
          " values, got ", values.size());
  Tensor t = empty(shape, dtype_of<T>(), Device());
  if constexpr (std::is_same_v<T, bool>) {
    for (std::size_t i = 0; i < values.size(); ++i) t.template data<bool>()[i] = values[i];
  } else {
    copy_from_host(t, values.data());
  }
  return current_device().is_cpu() ? t : t.to(current_device());
}
/// One-dimensional.
template <typename T>
Tensor tensor(const std::vector<T>& values) {
  return tensor(values, static_cast<std::int64_t>(values.size()));
}
template <typename T>
Tensor tensor(std::initializer_list<T> values) {
  return tensor(std::vector<T>(values));
}
/// Two-dimensional: tensor({{1., 2.}, {3., 4.}}). Rows must have equal lengths.
template <typename T>
Tensor tensor(std::initializer_list<std::initializer_list<T>> rows) {
  std::vector<T> values;
  std::size_t columns = rows.size() != 0 ? rows.begin()->size() : 0;
  for (const auto& row : rows) {
    require(row.size() == columns, "tensor: row of ", row.size(), " values, expected ", columns);
    values.insert(values.end(), row.begin(), row.end());
  }
  return tensor(values, {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(columns)});
}
/// Three-dimensional.
template <typename T>
Tensor tensor(std::initializer_list<std::initializer_list<std::initializer_list<T>>> blocks) {
  std::vector<Tensor> parts;
  for (const auto& block : blocks) {
    parts.push_back(tensor(block));
    require(parts.back().shape() == parts[0].shape(), "tensor: block of shape ", shape_str(parts.back().shape()),
            ", expected ", shape_str(parts[0].shape()));
  }
  return parts.empty() ? tensor(std::vector<T>(), {0, 0, 0}) : stack(parts);
}
/// A 0-d tensor.
template <typename T>
requires std::is_arithmetic_v<T> Tensor tensor(T value) { return tensor(std::vector<T>{value}, IntArray(nullptr, 0)); }

/// The elements in row-major order, converted to T; from any device.
template <typename T>
std::vector<T> to_vector(const Tensor& t) {
  Tensor host = t.detach().to(dtype_of<T>(), Device()).contiguous();
  std::vector<T> values(static_cast<std::size_t>(host.numel()));
  if constexpr (std::is_same_v<T, bool>) {  // packed bits
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = host.template data<bool>()[i];
  } else {
    copy_to_host(host, values.data());
  }
  return values;
}

}  // namespace sy
