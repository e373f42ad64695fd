// Sine.
#include "switchyard/sdk/ops/sin.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sin.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct Sin {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return vec_sin(d, x);
  }
};

const RowTable& sin_rows() {
  static constexpr RowTable kTable = vector_unary_table<Sin>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(sin_rows);

const RowTable& sin_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(sin_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(sin, sy::cpu::row_kernel<sy::sdk::SinArgs, sy::cpu::sin_table>());
#endif
