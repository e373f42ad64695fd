// Cosine.
#include "switchyard/sdk/ops/cos.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cos.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct Cos {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return vec_cos(d, x);
  }
};

const RowTable& cos_rows() {
  static constexpr RowTable kTable = vector_unary_table<Cos>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(cos_rows);

const RowTable& cos_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(cos_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(cos, sy::cpu::row_kernel<sy::sdk::CosArgs, sy::cpu::cos_table>());
#endif
