// The smaller; NaN if either is.
#include "switchyard/sdk/ops/minimum.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/minimum.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Minimum {
  T operator()(T a, T b) const { return a < b || a != a ? a : b; }
};

const RowTable& minimum_rows() {
  static constexpr RowTable kTable = binary_table<Minimum>(AllTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(minimum_rows);

const RowTable& minimum_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(minimum_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(minimum, sy::cpu::row_kernel<sy::sdk::MinimumArgs, sy::cpu::minimum_table>());
#endif
