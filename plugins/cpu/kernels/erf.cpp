// Error function.
#include "switchyard/sdk/ops/erf.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/erf.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct Erf {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return vec_erf(d, x);
  }
};

const RowTable& erf_rows() {
  static constexpr RowTable kTable = vector_unary_table<Erf>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(erf_rows);

const RowTable& erf_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(erf_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(erf, sy::cpu::row_kernel<sy::sdk::ErfArgs, sy::cpu::erf_table>());
#endif
