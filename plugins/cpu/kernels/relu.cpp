// max(self, 0); NaN stays NaN.
#include "switchyard/sdk/ops/relu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/relu.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Relu {
  T operator()(T a) const { return a < 0 ? T{0} : a; }
};

const RowTable& relu_rows() {
  static constexpr RowTable kTable = unary_table<Relu>(NumericTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(relu_rows);

const RowTable& relu_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(relu_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(relu, sy::cpu::row_kernel<sy::sdk::ReluArgs, sy::cpu::relu_table>());
#endif
