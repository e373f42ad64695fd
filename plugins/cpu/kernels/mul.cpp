// self * other; integers wrap, bool is logical and.
#include "switchyard/sdk/ops/mul.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/mul.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Mul {
  T operator()(T a, T b) const { return wrap_mul(a, b); }
};

const RowTable& mul_rows() {
  static constexpr RowTable kTable = binary_table<Mul>(AllTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(mul_rows);

const RowTable& mul_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(mul_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(mul, sy::cpu::row_kernel<sy::sdk::MulArgs, sy::cpu::mul_table>());
#endif
