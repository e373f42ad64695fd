// exp(self) - 1.
#include "switchyard/sdk/ops/expm1.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/expm1.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct Expm1 {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return vec_expm1(d, x);
  }
};

const RowTable& expm1_rows() {
  static constexpr RowTable kTable = vector_unary_table<Expm1>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(expm1_rows);

const RowTable& expm1_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(expm1_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(expm1, sy::cpu::row_kernel<sy::sdk::Expm1Args, sy::cpu::expm1_table>());
#endif
