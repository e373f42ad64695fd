// Element types: C++ type <-> dtype id, sets of them, dispatch over them, and value conversion.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "switchyard/abi/types.h"
#include "switchyard/sdk/half.h"

namespace sy::sdk {

namespace detail {

template <typename T, typename... List>
constexpr std::uint32_t position() {
  static_assert((std::is_same_v<T, List> || ...), "not an element type");
  std::uint32_t i = 0;
  static_cast<void>(((std::is_same_v<T, List> || (++i, false)) || ...));
  return i;
}

}  // namespace detail

/// The dtype id of a C++ element type: its place in the ABI's list.
template <typename T>
inline constexpr std::uint32_t kDtypeId = detail::position<T, bool, std::uint8_t, std::int8_t, std::int16_t,
                                                           std::int32_t, std::int64_t, f16, bf16, float, double>();
static_assert(kDtypeId<bool> == SY_BOOL && kDtypeId<std::int64_t> == SY_I64 && kDtypeId<f16> == SY_F16 &&
              kDtypeId<double> == SY_F64);

template <typename T>
inline constexpr bool kIsHalf = std::is_same_v<T, f16> || std::is_same_v<T, bf16>;
template <typename T>
inline constexpr bool kIsFloating = kIsHalf<T> || std::is_same_v<T, float> || std::is_same_v<T, double>;
template <typename T>
inline constexpr bool kIsBool = std::is_same_v<T, bool>;
template <typename T>
inline constexpr bool kIsIntegral = !kIsFloating<T> && !kIsBool<T>;

/// What T accumulates in, as the schema's acc(T0), but f16 and bf16 in float.
template <typename T>
using Accumulator =
    std::conditional_t<std::is_same_v<T, double>, double, std::conditional_t<kIsFloating<T>, float, std::int64_t>>;

/// A set of element types, and its ids for sy_kernel.dtypes.
template <typename... T>
struct TypeList {
  static constexpr std::uint32_t kIds[] = {kDtypeId<T>...};
  static constexpr std::uint32_t kCount = sizeof...(T);
};
using All =
    TypeList<bool, std::uint8_t, std::int8_t, std::int16_t, std::int32_t, std::int64_t, f16, bf16, float, double>;
using Numeric = TypeList<std::uint8_t, std::int8_t, std::int16_t, std::int32_t, std::int64_t, f16, bf16, float, double>;
using Floating = TypeList<f16, bf16, float, double>;
using Integral = TypeList<std::uint8_t, std::int8_t, std::int16_t, std::int32_t, std::int64_t>;
using Index = TypeList<std::int64_t, std::int32_t>;

/// Carries a type through a generic lambda: `[&](auto tag) { using T = typename decltype(tag)::type; ... }`.
template <typename T>
struct Type {
  using type = T;
};

/// Calls fn with the Type of that id. True if the set has it.
template <typename... T, typename Fn>
bool visit_dtype(std::uint32_t id, TypeList<T...>, Fn&& fn) {
  return ((id == kDtypeId<T> ? (static_cast<void>(fn(Type<T>())), true) : false) || ...);
}

/// As visit_dtype, but returns what fn returns (a void fn: SY_OK), and SY_UNSUPPORTED where the set lacks id.
template <typename... T, typename Fn>
sy_status dispatch_dtype(std::uint32_t id, TypeList<T...> set, Fn&& fn) {
  sy_status status = SY_OK;
  const bool found = visit_dtype(id, set, [&](auto tag) {
    if constexpr (std::is_void_v<decltype(fn(tag))>) {
      fn(tag);
    } else {
      status = fn(tag);
    }
  });
  return found ? status : SY_UNSUPPORTED;
}

/// "f32"; "?" for dtypes that are not standard.
inline const char* dtype_name(std::uint32_t id) {
  constexpr const char* kNames[] = {"bool", "u8", "i8", "i16", "i32", "i64", "f16", "bf16", "f32", "f64"};
  return id < SY_NUM_STANDARD_DTYPES ? kNames[id] : "?";
}

/// Bytes per element; 0 for dtypes that are not standard.
inline std::uint32_t dtype_size(std::uint32_t id) {
  constexpr std::uint32_t kSizes[] = {1, 1, 1, 2, 4, 8, 2, 2, 4, 8};
  return id < SY_NUM_STANDARD_DTYPES ? kSizes[id] : 0;
}

/// Truncates towards zero; saturates out of range; NaN is 0.
inline std::int64_t truncate(double v) {
  if (!(v == v)) return 0;
  if (v >= 0x1p63) return std::numeric_limits<std::int64_t>::max();
  if (v < -0x1p63) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(v);
}

/// The schema's `cast` for one value: to bool nonzero (NaN is true), floating to integral truncates, integral to
/// integral wraps, to floating rounds to nearest even.
template <typename To, typename From>
To convert(From v) {
  if constexpr (std::is_same_v<To, From>) {
    return v;
  } else if constexpr (kIsBool<To>) {
    return v != From(0);
  } else if constexpr (kIsFloating<From> && !kIsFloating<To>) {
    return static_cast<To>(truncate(static_cast<double>(v)));
  } else if constexpr (kIsHalf<To> && kIsHalf<From>) {
    return To(static_cast<float>(v));
  } else {
    return static_cast<To>(v);
  }
}

template <typename T>
bool is_nan(T v) {
  if constexpr (kIsFloating<T>) {
    return std::isnan(static_cast<double>(v));
  } else {
    static_cast<void>(v);
    return false;
  }
}

}  // namespace sy::sdk
