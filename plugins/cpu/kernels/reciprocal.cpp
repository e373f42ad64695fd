// 1 / self.
#include "switchyard/sdk/ops/reciprocal.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/reciprocal.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Reciprocal {
  T operator()(T a) const { return T{1} / a; }
};

const RowTable& reciprocal_rows() {
  static constexpr RowTable kTable = unary_table<Reciprocal>(FloatTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(reciprocal_rows);

const RowTable& reciprocal_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(reciprocal_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(reciprocal, sy::cpu::row_kernel<sy::sdk::ReciprocalArgs, sy::cpu::reciprocal_table>());
#endif
