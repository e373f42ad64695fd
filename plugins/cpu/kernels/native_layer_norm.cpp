// (input - mean) * rstd * weight + bias over the last dimensions.
#include "switchyard/sdk/ops/native_layer_norm.h"

#include <cmath>

#include "loops/compute_copy.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/native_layer_norm.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/reduce-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

// Squared distances from the mean.
template <class T>
struct Spread {
  using Acc = double;
  static Acc identity() { return 0; }
  static Acc fold(Acc a, T x, double mean) {
    const double d = static_cast<double>(x) - mean;
    return a + d * d;
  }
  static Acc merge(Acc a, Acc b) { return a + b; }
};

template <class T>
void normalise(const T* x, const T* weight, const T* bias, T mean, T rstd, std::int64_t n, T* out) {
  SY_IVDEP
  for (std::int64_t i = 0; i < n; ++i) {
    T y = (x[i] - mean) * rstd;
    if (weight != nullptr) y *= weight[i];
    if (bias != nullptr) y += bias[i];
    out[i] = y;
  }
}

template <class T>
void layer_norm_rows(const void* input, const void* weight, const void* bias, double eps, std::int64_t rows,
                     std::int64_t n, void* out, void* mean, void* rstd) {
  parallel_for(rows, grain_for(n * 2), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      const T* x = static_cast<const T*>(input) + r * n;
      double sum = 0;
      double squares = 0;
      fold_run<SumOp<T>>(x, n, &sum);
      const double mu = sum / static_cast<double>(n);  // NaN for no elements
      fold_run<Spread<T>>(x, n, &squares, mu);
      const double scale = 1 / std::sqrt(squares / static_cast<double>(n) + eps);
      static_cast<T*>(mean)[r] = static_cast<T>(mu);
      static_cast<T*>(rstd)[r] = static_cast<T>(scale);
      normalise(x, static_cast<const T*>(weight), static_cast<const T*>(bias), static_cast<T>(mu),
                static_cast<T>(scale), n, static_cast<T*>(out) + r * n);
    }
  });
}

void layer_norm(std::uint32_t dtype, const void* input, const void* weight, const void* bias, double eps,
                std::int64_t rows, std::int64_t n, void* out, void* mean, void* rstd) {
  const auto fn = dtype == SY_F64 ? &layer_norm_rows<double> : &layer_norm_rows<float>;
  fn(input, weight, bias, eps, rows, n, out, mean, rstd);
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(layer_norm);

void run_native_layer_norm(const Call& call, const sdk::NativeLayerNormArgs& args) {
  std::int64_t n = 1;
  for (const std::int64_t size : args.normalized_shape) n *= size;
  const InputArray input(call, args.input);
  const InputArray weight(call, args.weight);
  const InputArray bias(call, args.bias);
  OutputArray result(call, args.result);
  OutputArray mean(call, args.mean);
  OutputArray rstd(call, args.rstd);
  HWY_DYNAMIC_DISPATCH(layer_norm)
  (call.t(0), input.data(), weight.data(), bias.data(), args.eps, args.mean.numel(), n, result.data(), mean.data(),
   rstd.data());
  result.store();
  mean.store();
  rstd.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(native_layer_norm,
           sy::sdk::make_kernel<sy::sdk::NativeLayerNormArgs, sy::cpu::run_native_layer_norm>(sy::sdk::kStrided |
                                                                                              sy::sdk::kDeterministic));
#endif
