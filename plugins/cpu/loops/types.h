// Compute types: those that loops are compiled for. f16 and bf16 are computed as float.
#pragma once

#include <cstdint>
#include <type_traits>

#include "switchyard/sdk/dtype.h"
#include "switchyard/sdk/kernel.h"

#if defined(__clang__)
#define SY_IVDEP _Pragma("clang loop vectorize(assume_safety)")
#else
#define SY_IVDEP _Pragma("GCC ivdep")
#endif

namespace sy::cpu {

using sdk::Call;
using sdk::make_kernel;
using sdk::Tensor;

template <class... T>
struct Types {};
using AllTypes = Types<bool, std::uint8_t, std::int8_t, std::int16_t, std::int32_t, std::int64_t, float, double>;
using NumericTypes = Types<std::uint8_t, std::int8_t, std::int16_t, std::int32_t, std::int64_t, float, double>;
using FloatTypes = Types<float, double>;
using IntegerTypes = Types<std::uint8_t, std::int8_t, std::int16_t, std::int32_t, std::int64_t>;

template <class T>
inline constexpr std::uint32_t kIdOf = sdk::kDtypeId<T>;

/// Calls fn(sdk::Type<C>) for the compute type C of dtype. Throws Error for a dtype that is not in the list.
template <class Fn, class... T>
void visit_compute(std::uint32_t dtype, Types<T...>, Fn&& fn) {
  if (dtype == SY_F16 || dtype == SY_BF16) dtype = SY_F32;
  const bool found = ((dtype == kIdOf<T> ? (fn(sdk::Type<T>()), true) : false) || ...);
  if (!found) throw sdk::Error(SY_UNSUPPORTED, "the cpu kernel does not take %s", sdk::dtype_name(dtype));
}

/// An unsigned type in which +, - and * of T wrap without promotion to int.
template <class T>
using Wrapping = std::conditional_t<(sizeof(T) < 8), std::uint32_t, std::uint64_t>;

/// Arithmetic that wraps for integers, is logical for bool and plain for floating types.
template <class T>
inline T wrap_add(T a, T b) {
  if constexpr (std::is_same_v<T, bool>) {
    return a || b;
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
  } else {
    return a + b;
  }
}
template <class T>
inline T wrap_sub(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
  } else {
    return a - b;
  }
}
template <class T>
inline T wrap_mul(T a, T b) {
  if constexpr (std::is_same_v<T, bool>) {
    return a && b;
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
  } else {
    return a * b;
  }
}

}  // namespace sy::cpu
