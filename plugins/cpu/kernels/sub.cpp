// self - alpha * other; integers wrap.
#include "switchyard/sdk/ops/sub.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sub.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Sub {
  T operator()(T a, T b) const { return wrap_sub(a, b); }
};

template <class T>
struct SubScaled {
  T alpha;
  explicit SubScaled(const void* context) : alpha(sdk::Scalar(*static_cast<const sy_scalar*>(context)).to<T>()) {}
  T operator()(T a, T b) const { return wrap_sub(a, wrap_mul(alpha, b)); }
};

const RowTable& sub_rows() {
  static constexpr RowTable kTable = binary_table<Sub>(NumericTypes{});
  return kTable;
}
const RowTable& sub_scaled_rows() {
  static constexpr RowTable kTable = binary_table<SubScaled>(NumericTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(sub_rows);
HWY_EXPORT(sub_scaled_rows);

// Argument 2 is alpha.
RowChoice sub_choice(const sy_call& call) {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(sub_rows)();
  static const RowTable& scaled = HWY_DYNAMIC_DISPATCH(sub_scaled_rows)();
  if (call.args[2].tag != SY_ARG_SCALAR) return {};
  const sy_scalar& alpha = *static_cast<const sy_scalar*>(call.args[2].ptr);
  if (alpha.f == 1) return {rows, call.dtypes[0]};
  return {scaled, call.dtypes[0], &alpha};
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(sub, sy::cpu::chosen_row_kernel<sy::sdk::SubArgs, sy::cpu::sub_choice>());
#endif
