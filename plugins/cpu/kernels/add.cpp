// self + alpha * other; integers wrap, bool is logical or.
#include "switchyard/sdk/ops/add.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/add.cpp"
#include "loops/targets.h"
#include "loops/rows-inl.h"

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
  explicit AddScaled(const void* context) : alpha(static_cast<const sdk::Scalar*>(context)->to<T>()) {}
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

void run_add(const Call& call, const sdk::AddArgs& args) {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(add_rows)();
  static const RowTable& scaled = HWY_DYNAMIC_DISPATCH(add_scaled_rows)();
  if (args.alpha.to_double() == 1) {
    run_pointwise(call, rows);
  } else {
    run_pointwise(call, scaled, &args.alpha);
  }
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(add, sy::sdk::make_kernel<sy::sdk::AddArgs, sy::cpu::run_add>(sy::sdk::kPointwise));
#endif
