// log(1 + self).
#include "switchyard/sdk/ops/log1p.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/log1p.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct Log1p {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return vec_log1p(d, x);
  }
};

const RowTable& log1p_rows() {
  static constexpr RowTable kTable = vector_unary_table<Log1p>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(log1p_rows);

const RowTable& log1p_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(log1p_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(log1p, sy::cpu::row_kernel<sy::sdk::Log1pArgs, sy::cpu::log1p_table>());
#endif
