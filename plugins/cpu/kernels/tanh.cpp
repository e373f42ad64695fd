// Hyperbolic tangent.
#include "switchyard/sdk/ops/tanh.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tanh.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct Tanh {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return vec_tanh(d, x);
  }
#if SY_CPU_TABLE_MATH
  HWY_INLINE FloatVec bf16(FloatVec x) const { return tanh_bf16(x); }
#endif
};

const RowTable& tanh_rows() {
  static constexpr RowTable kTable = vector_unary_table<Tanh>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(tanh_rows);

const RowTable& tanh_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(tanh_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(tanh, sy::cpu::row_kernel<sy::sdk::TanhArgs, sy::cpu::tanh_table>());
#endif
