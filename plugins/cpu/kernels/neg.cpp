// The negative; integers wrap.
#include "switchyard/sdk/ops/neg.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/neg.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Neg {
  T operator()(T a) const {
    if constexpr (std::is_integral_v<T>) return wrap_sub(T{0}, a);
    return -a;
  }
};

const RowTable& neg_rows() {
  static constexpr RowTable kTable = unary_table<Neg>(NumericTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(neg_rows);

const RowTable& neg_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(neg_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(neg, sy::cpu::row_kernel<sy::sdk::NegArgs, sy::cpu::neg_table>());
#endif
