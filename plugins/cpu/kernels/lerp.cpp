// self + weight * (end - self).
#include "switchyard/sdk/ops/lerp.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/lerp.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Lerp {
  T operator()(T a, T b, T c) const { return a + c * (b - a); }
};

const RowTable& lerp_rows() {
  static constexpr RowTable kTable = ternary_table<Lerp>(FloatTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(lerp_rows);

const RowTable& lerp_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(lerp_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(lerp, sy::cpu::row_kernel<sy::sdk::LerpArgs, sy::cpu::lerp_table>());
#endif
