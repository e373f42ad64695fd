// self + value * tensor1 / tensor2.
#include "switchyard/sdk/ops/addcdiv.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/addcdiv.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Addcdiv {
  T value;
  explicit Addcdiv(const void* context) : value(static_cast<const sdk::Scalar*>(context)->to<T>()) {}
  T operator()(T a, T b, T c) const { return a + value * (b / c); }
};

const RowTable& addcdiv_rows() {
  static constexpr RowTable kTable = ternary_table<Addcdiv>(FloatTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(addcdiv_rows);

void run_addcdiv(const Call& call, const sdk::AddcdivArgs& args) {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(addcdiv_rows)();
  run_pointwise(call, rows, &args.value);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(addcdiv, sy::sdk::make_kernel<sy::sdk::AddcdivArgs, sy::cpu::run_addcdiv>(sy::sdk::kPointwise));
#endif
