// -1, 0 or 1; NaN for NaN.
#include "switchyard/sdk/ops/sign.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sign.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Sign {
  T operator()(T a) const {
    if constexpr (std::is_same_v<T, bool>) {
      return a;
    } else {
      return a != a ? a : static_cast<T>((a > 0) - (a < 0));
    }
  }
};

const RowTable& sign_rows() {
  static constexpr RowTable kTable = unary_table<Sign>(AllTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(sign_rows);

const RowTable& sign_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(sign_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(sign, sy::cpu::row_kernel<sy::sdk::SignArgs, sy::cpu::sign_table>());
#endif
