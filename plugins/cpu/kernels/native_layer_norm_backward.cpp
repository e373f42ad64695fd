// Gradients of native_layer_norm. With g = grad * weight and h = (input - mean) * rstd:
//   grad_input = rstd (g - mean(g) - h mean(g h)), grad_weight = sum(grad h), grad_bias = sum(grad).
#include "switchyard/sdk/ops/native_layer_norm_backward.h"

#include <algorithm>

#include "loops/compute_copy.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/native_layer_norm_backward.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/reduce-inl.h"
// clang-format on

#ifndef SY_CPU_LAYER_NORM_GRADIENT
#define SY_CPU_LAYER_NORM_GRADIENT
namespace sy::cpu {
namespace {

// Pointers of the compute type; weight may be null. `sums`: per part of the rows, n sums of grad h and n of grad, in
// f64.
struct LayerNormGradient {
  const void* grad;
  const void* input;
  const void* mean;
  const void* rstd;
  const void* weight;
  void* grad_input;
  double* sums;
  std::int64_t rows;
  std::int64_t n;
  std::int64_t parts;
};

}  // namespace
}  // namespace sy::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
void input_gradient(const T* g, const T* x, const T* w, T mean, T rstd, std::int64_t n, T* out) {
  constexpr int kLanes = 16;
  double sum_g[kLanes] = {};
  double sum_gh[kLanes] = {};
  std::int64_t i = 0;
  const auto add = [&](int k, std::int64_t at) {
    const T scaled = w != nullptr ? g[at] * w[at] : g[at];
    sum_g[k] += scaled;
    sum_gh[k] += static_cast<double>(scaled * ((x[at] - mean) * rstd));
  };
  for (; i + kLanes <= n; i += kLanes) {
    for (int k = 0; k < kLanes; ++k) add(k, i + k);
  }
  for (int k = 0; i + k < n; ++k) add(k, i + k);
  double total_g = 0;
  double total_gh = 0;
  for (int k = 0; k < kLanes; ++k) {
    total_g += sum_g[k];
    total_gh += sum_gh[k];
  }
  const T mean_g = static_cast<T>(total_g / static_cast<double>(n));
  const T mean_gh = static_cast<T>(total_gh / static_cast<double>(n));
  SY_IVDEP
  for (std::int64_t j = 0; j < n; ++j) {
    const T scaled = w != nullptr ? g[j] * w[j] : g[j];
    const T h = (x[j] - mean) * rstd;
    out[j] = rstd * (scaled - mean_g - h * mean_gh);
  }
}

template <class T>
void gradient_rows(const LayerNormGradient& job) {
  parallel_for(job.parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      double* weight_sums = job.sums + part * 2 * job.n;
      double* bias_sums = weight_sums + job.n;
      std::fill(weight_sums, weight_sums + 2 * job.n, 0.0);
      for (std::int64_t r = job.rows * part / job.parts; r < job.rows * (part + 1) / job.parts; ++r) {
        const T* g = static_cast<const T*>(job.grad) + r * job.n;
        const T* x = static_cast<const T*>(job.input) + r * job.n;
        const T mean = static_cast<const T*>(job.mean)[r];
        const T rstd = static_cast<const T*>(job.rstd)[r];
        input_gradient(g, x, static_cast<const T*>(job.weight), mean, rstd, job.n,
                       static_cast<T*>(job.grad_input) + r * job.n);
        SY_IVDEP
        for (std::int64_t i = 0; i < job.n; ++i) {
          weight_sums[i] += static_cast<double>(g[i] * ((x[i] - mean) * rstd));
          bias_sums[i] += static_cast<double>(g[i]);
        }
      }
    }
  });
}

void layer_norm_gradient(std::uint32_t dtype, const LayerNormGradient& job) {
  dtype == SY_F64 ? gradient_rows<double>(job) : gradient_rows<float>(job);
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(layer_norm_gradient);

// Adds up the parts' sums and writes them, unless the output is empty.
void store_sums(const Call& call, const double* sums, std::int64_t n, std::int64_t parts, const Tensor& to) {
  if (to.numel() == 0) return;
  OutputArray out(call, to);
  visit_compute(to.dtype(), FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < n; ++i) {
      double total = 0;
      for (std::int64_t part = 0; part < parts; ++part) total += sums[part * 2 * n + i];
      out.as<T>()[i] = static_cast<T>(total);
    }
  });
  out.store();
}

void run_native_layer_norm_backward(const Call& call, const sdk::NativeLayerNormBackwardArgs& args) {
  std::int64_t n = 1;
  for (const std::int64_t size : args.normalized_shape) n *= size;
  const InputArray grad(call, args.grad);
  const InputArray input(call, args.input);
  const InputArray mean(call, args.mean);
  const InputArray rstd(call, args.rstd);
  const InputArray weight(call, args.weight);
  OutputArray grad_input(call, args.grad_input);
  const std::int64_t rows = n == 0 ? 0 : args.input.numel() / n;
  // The number of parts, and with it the order of additions, depends on shapes alone.
  const std::int64_t parts = std::max<std::int64_t>(1, std::min<std::int64_t>({rows, 16, rows * n / kGrain}));
  Scratch<double> sums(call, static_cast<std::size_t>(parts * 2 * n));
  const LayerNormGradient job{grad.data(),       input.data(), mean.data(), rstd.data(), weight.data(),
                              grad_input.data(), sums.data(),  rows,        n,           parts};
  HWY_DYNAMIC_DISPATCH(layer_norm_gradient)(call.t(0), job);
  grad_input.store();
  store_sums(call, sums.data(), n, parts, args.grad_weight);
  store_sums(call, sums.data() + n, n, parts, args.grad_bias);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(native_layer_norm_backward,
           sy::sdk::make_kernel<sy::sdk::NativeLayerNormBackwardArgs, sy::cpu::run_native_layer_norm_backward>(
               sy::sdk::kStrided | sy::sdk::kDeterministic));
#endif
