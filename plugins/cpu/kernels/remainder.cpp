// self - other * floor(self / other), with the sign of other; an integral zero divisor gives 0.
#include "switchyard/sdk/ops/remainder.h"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/remainder.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Remainder {
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) {
      const T r = std::fmod(a, b);
      return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    } else {
      if (b == 0) return 0;
      if constexpr (std::is_signed_v<T>) {
        if (b == -1) return 0;
      }
      const T r = static_cast<T>(a % b);
      return static_cast<T>(r != 0 && (r < 0) != (b < 0) ? r + b : r);
    }
  }
};

const RowTable& remainder_rows() {
  static constexpr RowTable kTable = binary_table<Remainder>(NumericTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(remainder_rows);

const RowTable& remainder_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(remainder_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(remainder, sy::cpu::row_kernel<sy::sdk::RemainderArgs, sy::cpu::remainder_table>());
#endif
