// The absolute value; the least signed integer stays as it is.
#include "switchyard/sdk/ops/abs.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/abs.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Abs {
  T operator()(T a) const {
    if constexpr (std::is_floating_point_v<T>) return std::fabs(a);
    return a < 0 ? wrap_sub(T{0}, a) : a;
  }
};

const RowTable& abs_rows() {
  static constexpr RowTable kTable = unary_table<Abs>(NumericTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(abs_rows);

const RowTable& abs_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(abs_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(abs, sy::cpu::row_kernel<sy::sdk::AbsArgs, sy::cpu::abs_table>());
#endif
