// self / other.
#include "switchyard/sdk/ops/div.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/div.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Div {
  T operator()(T a, T b) const { return a / b; }
};

const RowTable& div_rows() {
  static constexpr RowTable kTable = binary_table<Div>(FloatTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(div_rows);

const RowTable& div_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(div_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(div, sy::cpu::row_kernel<sy::sdk::DivArgs, sy::cpu::div_table>());
#endif
