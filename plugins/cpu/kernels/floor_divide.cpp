// floor(self / other); an integral zero divisor gives 0.
#include <cmath>

#include "switchyard/sdk/ops/floor_divide.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/floor_divide.cpp"
#include "loops/targets.h"
#include "loops/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct FloorDivide {
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      // An infinite divisor leaves a quotient that rounds to zero from below.
      if (std::isinf(b) && std::isfinite(a)) return a != 0 && (a < 0) != (b < 0) ? T(-1) : std::copysign(T(0), a / b);
      // In double the quotient of two floats does not round up to the next integer; that of two doubles may.
      if constexpr (std::is_same_v<T, float>) {
        return static_cast<float>(std::floor(static_cast<double>(a) / static_cast<double>(b)));
      } else {
        const T floor = std::floor(a / b);
        if (b == 0 || !std::isfinite(floor)) return floor;
        const T rest = std::fmod(a, b);
        return rest != 0 ? std::floor(std::round((a - rest) / b) - ((rest < 0) != (b < 0))) : floor;
      }
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
