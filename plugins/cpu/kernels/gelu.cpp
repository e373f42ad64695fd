// self * Phi(self), exactly or by the tanh approximation.
#include "switchyard/sdk/ops/gelu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gelu.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

// sqrt(2 / pi) (x + 0.044715 x^3)
template <class D, class V>
HWY_INLINE V tanh_argument(D d, V x) {
  using T = hn::TFromD<D>;
  const V cubic = hn::MulAdd(hn::Mul(hn::Set(d, T(0.044715)), hn::Mul(x, x)), x, x);
  return hn::Mul(hn::Set(d, T(0.79788456080286535588)), cubic);
}

struct Gelu {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::Mul(x, vec_normal_cdf(d, x));
  }
#if SY_CPU_TABLE_MATH
  HWY_INLINE FloatVec operator()(Floats, FloatVec x) const { return gelu_f32(x); }
  HWY_INLINE FloatVec bf16(FloatVec x) const { return gelu_bf16(x); }
#endif
};

// (1 + tanh(y)) / 2 = sigmoid(2 y), without cancellation.
struct GeluTanh {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    const V y = tanh_argument(d, x);
    return hn::Mul(x, vec_sigmoid(d, hn::Add(y, y)));
  }
};

const RowTable& gelu_rows() {
  static constexpr RowTable kTable = vector_unary_table<Gelu>();
  return kTable;
}
const RowTable& gelu_tanh_rows() {
  static constexpr RowTable kTable = vector_unary_table<GeluTanh>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(gelu_rows);
HWY_EXPORT(gelu_tanh_rows);

void run_gelu(const Call& call, const sdk::GeluArgs& args) {
  static const RowTable& exact = HWY_DYNAMIC_DISPATCH(gelu_rows)();
  static const RowTable& tanh = HWY_DYNAMIC_DISPATCH(gelu_tanh_rows)();
  run_pointwise(call, args.approximate == "tanh" ? tanh : exact);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(gelu, sy::sdk::make_kernel<sy::sdk::GeluArgs, sy::cpu::run_gelu>(sy::sdk::kPointwise));
#endif
