// self + value * tensor1 * tensor2.
#include "switchyard/sdk/ops/addcmul.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/addcmul.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Addcmul {
  T value;
  explicit Addcmul(const void* context) : value(static_cast<const sdk::Scalar*>(context)->to<T>()) {}
  T operator()(T a, T b, T c) const { return wrap_add(a, wrap_mul(value, wrap_mul(b, c))); }
};

const RowTable& addcmul_rows() {
  static constexpr RowTable kTable = ternary_table<Addcmul>(NumericTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(addcmul_rows);

void run_addcmul(const Call& call, const sdk::AddcmulArgs& args) {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(addcmul_rows)();
  run_pointwise(call, rows, &args.value);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(addcmul, sy::sdk::make_kernel<sy::sdk::AddcmulArgs, sy::cpu::run_addcmul>(sy::sdk::kPointwise));
#endif
