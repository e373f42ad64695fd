// e raised to self.
#include "switchyard/sdk/ops/exp.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/exp.cpp"
#include "loops/targets.h"
#include "loops/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

struct Exp {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return vec_exp(d, x);
  }
};

const RowTable& exp_rows() {
  static constexpr RowTable kTable = vector_unary_table<Exp>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(exp_rows);

void run_exp(const Call& call, const sdk::ExpArgs&) {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(exp_rows)();
  run_pointwise(call, rows);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(exp, sy::sdk::make_kernel<sy::sdk::ExpArgs, sy::cpu::run_exp>(sy::sdk::kPointwise));
#endif
