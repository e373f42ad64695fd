// Square root.
#include "switchyard/sdk/ops/sqrt.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sqrt.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Sqrt {
  T operator()(T a) const { return std::sqrt(a); }
};

const RowTable& sqrt_rows() {
  static constexpr RowTable kTable = unary_table<Sqrt>(FloatTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(sqrt_rows);

const RowTable& sqrt_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(sqrt_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(sqrt, sy::cpu::row_kernel<sy::sdk::SqrtArgs, sy::cpu::sqrt_table>());
#endif
