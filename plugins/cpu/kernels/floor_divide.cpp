// floor(self / other); an integral zero divisor gives 0.
#include "switchyard/sdk/ops/floor_divide.h"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/floor_divide.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

// An infinite divisor leaves -1 for the signs' sake, as any large one does.
inline double of_infinite(double a, double b) { return a != 0 && (a < 0) != (b < 0) ? -1 : std::copysign(0.0, a / b); }

// In double the quotient of two floats does not round up to an integer that it does not reach.
inline double floor_quotient(float a, float b) {
  if (std::isinf(b) && std::isfinite(a)) return of_infinite(a, b);
  return std::floor(static_cast<double>(a) / static_cast<double>(b));
}
inline double floor_quotient(double a, double b) {
  if (b == 0 || b != b || !std::isfinite(a)) return std::floor(a / b);
  if (std::isinf(b)) return of_infinite(a, b);
  const double rest = std::fmod(a, b);
  const double whole = std::nearbyint((a - rest) / b);
  return rest != 0 && (rest < 0) != (b < 0) ? whole - 1 : whole;
}

template <class T>
struct FloorDivide {
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(floor_quotient(a, b));
    } else {
      if (b == 0) return 0;
      if constexpr (std::is_signed_v<T>) {
        if (b == -1) return wrap_sub(T{0}, a);
      }
      const T quotient = static_cast<T>(a / b);
      return static_cast<T>(quotient - (a % b != 0 && (a < 0) != (b < 0)));
    }
  }
};

const RowTable& floor_divide_rows() {
  static constexpr RowTable kTable = binary_table<FloorDivide>(NumericTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(floor_divide_rows);

const RowTable& floor_divide_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(floor_divide_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(floor_divide, sy::cpu::row_kernel<sy::sdk::FloorDivideArgs, sy::cpu::floor_divide_table>());
#endif
