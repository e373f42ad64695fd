// The larger; NaN if either is.
#include "switchyard/sdk/ops/maximum.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/maximum.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Maximum {
  T operator()(T a, T b) const { return a > b || a != a ? a : b; }
};

const RowTable& maximum_rows() {
  static constexpr RowTable kTable = binary_table<Maximum>(AllTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(maximum_rows);

const RowTable& maximum_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(maximum_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(maximum, sy::cpu::row_kernel<sy::sdk::MaximumArgs, sy::cpu::maximum_table>());
#endif
