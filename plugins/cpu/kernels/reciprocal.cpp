// 1 / self.
#include "switchyard/sdk/ops/reciprocal.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/reciprocal.cpp"
#include "loops/targets.h"
#include "loops/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Reciprocal {
  T operator()(T a) const { return T{1} / a; }
};

const RowTable& reciprocal_rows() {
  static constexpr RowTable kTable = unary_table<Reciprocal>(FloatTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(reciprocal_rows);

void run_reciprocal(const Call& call, const sdk::ReciprocalArgs&) {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(reciprocal_rows)();
  run_pointwise(call, rows);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(reciprocal, sy::sdk::make_kernel<sy::sdk::ReciprocalArgs, sy::cpu::run_reciprocal>(sy::sdk::kPointwise));
#endif
