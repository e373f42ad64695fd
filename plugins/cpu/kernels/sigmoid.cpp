// 1 / (1 + exp(-self)).
#include "switchyard/sdk/ops/sigmoid.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sigmoid.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct Sigmoid {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return vec_sigmoid(d, x);
  }
};

const RowTable& sigmoid_rows() {
  static constexpr RowTable kTable = vector_unary_table<Sigmoid>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(sigmoid_rows);

const RowTable& sigmoid_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(sigmoid_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(sigmoid, sy::cpu::row_kernel<sy::sdk::SigmoidArgs, sy::cpu::sigmoid_table>());
#endif
