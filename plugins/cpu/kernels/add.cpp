// self + alpha * other; integers wrap, bool is logical or.
#include "switchyard/sdk/ops/add.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/add.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Add {
  T operator()(T a, T b) const { return wrap_add(a, b); }
};

template <class T>
struct AddScaled {
  T alpha;
  explicit AddScaled(const void* context) : alpha(sdk::Scalar(*static_cast<const sy_scalar*>(context)).to<T>()) {}
  T operator()(T a, T b) const { return wrap_add(a, wrap_mul(alpha, b)); }
};

const RowTable& add_rows() {
  static constexpr RowTable kTable = binary_table<Add>(AllTypes{});
  return kTable;
}
const RowTable& add_scaled_rows() {
  static constexpr RowTable kTable = binary_table<AddScaled>(AllTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(add_rows);
HWY_EXPORT(add_scaled_rows);

// Argument 2 is alpha.
RowChoice add_choice(const sy_call& call) {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(add_rows)();
  static const RowTable& scaled = HWY_DYNAMIC_DISPATCH(add_scaled_rows)();
  if (call.args[2].tag != SY_ARG_SCALAR) return {};
  const sy_scalar& alpha = *static_cast<const sy_scalar*>(call.args[2].ptr);
  if (alpha.f == 1) return {rows, call.dtypes[0]};
  return {scaled, call.dtypes[0], &alpha};
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(add, sy::cpu::chosen_row_kernel<sy::sdk::AddArgs, sy::cpu::add_choice>());
#endif
