// Natural logarithm.
#include "switchyard/sdk/ops/log.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/log.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct Log {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return vec_log(d, x);
  }
};

const RowTable& log_rows() {
  static constexpr RowTable kTable = vector_unary_table<Log>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(log_rows);

const RowTable& log_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(log_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(log, sy::cpu::row_kernel<sy::sdk::LogArgs, sy::cpu::log_table>());
#endif
