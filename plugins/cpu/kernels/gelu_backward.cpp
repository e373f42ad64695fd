// grad times the derivative of gelu at self.
#include "switchyard/sdk/ops/gelu_backward.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gelu_backward.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

// grad (Phi(x) + x phi(x))
struct GeluBackward {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V grad, V x) const {
    using T = hn::TFromD<D>;
    const V phi =
        hn::Mul(hn::Set(d, T(0.39894228040143267794)), vec_exp(d, hn::Mul(hn::Set(d, T(-0.5)), hn::Mul(x, x))));
    return hn::Mul(grad, hn::MulAdd(x, phi, vec_normal_cdf(d, x)));
  }
};

// With s = sigmoid(2 y), y the argument of tanh: grad (s + x 2 s (1 - s) y').
struct GeluTanhBackward {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V grad, V all) const {
    using T = hn::TFromD<D>;
    const V one = hn::Set(d, T(1));
    // Beyond 40 the derivative is 0 or 1, and the powers of larger numbers would overflow. NaN passes.
    const V limit = hn::Set(d, T(40));
    const V x = hn::IfThenElse(hn::Gt(hn::Abs(all), limit), hn::CopySign(limit, all), all);
    const V root = hn::Set(d, T(0.79788456080286535588));
    const V square = hn::Mul(x, x);
    const V y = hn::Mul(hn::Mul(root, x), hn::MulAdd(hn::Set(d, T(0.044715)), square, one));
    const V slope = hn::Mul(root, hn::MulAdd(hn::Set(d, T(3 * 0.044715)), square, one));
    const V s = vec_sigmoid(d, hn::Add(y, y));
    const V rest = vec_sigmoid(d, hn::Neg(hn::Add(y, y)));
    const V steep = hn::Mul(hn::Mul(x, hn::Mul(hn::Add(s, s), rest)), slope);
    return hn::Mul(grad, hn::Add(s, steep));
  }
};

const RowTable& gelu_backward_rows() {
  static constexpr RowTable kTable = vector_binary_table<GeluBackward>();
  return kTable;
}
const RowTable& gelu_tanh_backward_rows() {
  static constexpr RowTable kTable = vector_binary_table<GeluTanhBackward>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(gelu_backward_rows);
HWY_EXPORT(gelu_tanh_backward_rows);

void run_gelu_backward(const Call& call, const sdk::GeluBackwardArgs& args) {
  static const RowTable& exact = HWY_DYNAMIC_DISPATCH(gelu_backward_rows)();
  static const RowTable& tanh = HWY_DYNAMIC_DISPATCH(gelu_tanh_backward_rows)();
  run_pointwise(call, args.approximate == "tanh" ? tanh : exact);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(gelu_backward,
           sy::sdk::make_kernel<sy::sdk::GeluBackwardArgs, sy::cpu::run_gelu_backward>(sy::sdk::kPointwise));
#endif
