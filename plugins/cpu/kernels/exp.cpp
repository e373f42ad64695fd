// e raised to self.
#include "switchyard/sdk/ops/exp.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/exp.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct Exp {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return vec_exp(d, x);
  }
#if SY_CPU_TABLE_MATH
  HWY_INLINE FloatVec bf16(FloatVec x) const { return exp_bf16(x); }
#endif
};

const RowTable& exp_rows() {
  static constexpr RowTable kTable = vector_unary_table<Exp>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(exp_rows);

const RowTable& exp_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(exp_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(exp, sy::cpu::row_kernel<sy::sdk::ExpArgs, sy::cpu::exp_table>());
#endif
