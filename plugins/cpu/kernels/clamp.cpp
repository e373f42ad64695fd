// min(max(self, min), max); NaN stays NaN.
#include "switchyard/sdk/ops/clamp.h"

#include <limits>
#include <optional>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/clamp.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Clamp {
  T low = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
  T high = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
  explicit Clamp(const void* context) {
    const auto& args = *static_cast<const sdk::ClampArgs*>(context);
    if (args.min) low = args.min->saturate<T>();
    if (args.max) high = args.max->saturate<T>();
  }
  T operator()(T a) const {
    const T raised = a < low ? low : a;
    return raised > high ? high : raised;
  }
};

const RowTable& clamp_rows() {
  static constexpr RowTable kTable = unary_table<Clamp>(NumericTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(clamp_rows);

// The bounds as the storage dtype holds them: a bound of 0.1 is another number in f16 than in f32.
template <class Half>
std::optional<sdk::Scalar> as_half(const std::optional<sdk::Scalar>& bound) {
  if (!bound) return bound;
  const double rounded = static_cast<double>(static_cast<float>(Half(static_cast<float>(bound->to_double()))));
  return sdk::Scalar(sy_scalar{SY_SCALAR_FLOAT, 0, 0, rounded});
}

void run_clamp(const Call& call, const sdk::ClampArgs& args) {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(clamp_rows)();
  sdk::ClampArgs rounded = args;
  if (call.t(0) == SY_F16) {
    rounded.min = as_half<sdk::f16>(args.min);
    rounded.max = as_half<sdk::f16>(args.max);
  } else if (call.t(0) == SY_BF16) {
    rounded.min = as_half<sdk::bf16>(args.min);
    rounded.max = as_half<sdk::bf16>(args.max);
  }
  run_pointwise(call, rows, &rounded);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(clamp, sy::sdk::make_kernel<sy::sdk::ClampArgs, sy::cpu::run_clamp>(sy::sdk::kPointwise));
#endif
