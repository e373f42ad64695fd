// self + weight * (end - self).
#include "switchyard/sdk/ops/lerp.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/lerp.cpp"
#include "loops/targets.h"
#include "loops/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Lerp {
  T operator()(T a, T b, T c) const { return a + c * (b - a); }
};

const RowTable& lerp_rows() {
  static constexpr RowTable kTable = ternary_table<Lerp>(FloatTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(lerp_rows);

void run_lerp(const Call& call, const sdk::LerpArgs&) {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(lerp_rows)();
  run_pointwise(call, rows);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(lerp, sy::sdk::make_kernel<sy::sdk::LerpArgs, sy::cpu::run_lerp>(sy::sdk::kPointwise));
#endif
