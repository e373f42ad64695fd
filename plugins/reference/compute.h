// What reference computes in: f64 for floating dtypes, i64 for integers and bool. One rounding, at the end.
#pragma once

#include <cmath>
#include <cstdint>

#include "switchyard/sdk/elementwise.h"
#include "switchyard/sdk/kernel.h"

namespace sy::reference {

template <typename T>
using Wide = std::conditional_t<sdk::kIsFloating<T>, double, std::int64_t>;

template <typename T>
Wide<T> widen(T v) {
  return static_cast<Wide<T>>(v);
}

/// A scalar parameter as a factor of elements of type T.
template <typename T>
Wide<T> widen(const sdk::Scalar& s) {
  if constexpr (sdk::kIsFloating<T>) {
    return s.to_double();
  } else {
    return static_cast<Wide<T>>(s.to<T>());
  }
}

// Arithmetic that wraps for integers.
inline double plus(double a, double b) { return a + b; }
inline double minus(double a, double b) { return a - b; }
inline double times(double a, double b) { return a * b; }
inline std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
inline std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
inline std::int64_t times(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

/// 1 / (1 + exp(-x)) without overflow.
inline double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

/// result = fn(operands...) elementwise, where all are of the call's T0, taken from set; fn works on Wide values.
template <typename Set, typename Fn, typename... Operands>
sy_status pointwise(const sdk::Call& call, Set set, const sdk::Tensor& result, const Fn& fn,
                    const Operands&... operands) {
  return call.dispatch(set, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto rounded = [&](auto... v) { return sdk::convert<T>(fn(widen(v)...)); };
    sdk::map<T, std::conditional_t<true, T, Operands>...>(result, rounded, operands...);
  });
}

/// The same with a result of dtype bool.
template <typename Set, typename Fn, typename... Operands>
sy_status predicate(const sdk::Call& call, Set set, const sdk::Tensor& result, const Fn& fn,
                    const Operands&... operands) {
  return call.dispatch(set, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto widened = [&](auto... v) -> bool { return fn(widen(v)...); };
    sdk::map<bool, std::conditional_t<true, T, Operands>...>(result, widened, operands...);
  });
}

}  // namespace sy::reference
