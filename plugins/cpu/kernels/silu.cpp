// self * sigmoid(self).
#include "switchyard/sdk/ops/silu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/silu.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct Silu {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::Mul(x, vec_sigmoid(d, x));
  }
};

const RowTable& silu_rows() {
  static constexpr RowTable kTable = vector_unary_table<Silu>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(silu_rows);

const RowTable& silu_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(silu_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(silu, sy::cpu::row_kernel<sy::sdk::SiluArgs, sy::cpu::silu_table>());
#endif
