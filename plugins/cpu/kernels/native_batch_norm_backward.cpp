// Gradients of native_batch_norm. With h = (input - mean) * rstd and M elements per channel:
//   grad_bias = sum(grad), grad_weight = sum(grad h),
//   grad_input = weight rstd (grad - grad_bias / M - h grad_weight / M).
#include "switchyard/sdk/ops/native_batch_norm_backward.h"

#include "loops/batch_norm.h"
#include "loops/compute_copy.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/native_batch_norm_backward.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/reduce-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
HWY_INLINE void add_products(const T* g, const T* x, T mean, T rstd, std::int64_t n, double* to) {
  constexpr int kLanes = 16;
  double lanes[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int k = 0; k < kLanes; ++k) lanes[k] += static_cast<double>(g[i + k] * ((x[i + k] - mean) * rstd));
  }
  for (; i < n; ++i) lanes[0] += static_cast<double>(g[i] * ((x[i] - mean) * rstd));
  for (int k = 0; k < kLanes; ++k) *to += lanes[k];
}

// sum_g and sum_gh: one f64 per channel, written.
template <class T>
void channel_gradients(const Channels& shape, const T* g, const T* x, const T* mean, const T* rstd, const T* weight,
                       double* sum_g, double* sum_gh, T* out) {
  const auto range = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = begin; c < end; ++c) sum_g[c] = sum_gh[c] = 0;
    visit_channels(shape, begin, end, [&](std::int64_t c, std::int64_t at, std::int64_t n, int step) {
      if (step == 0) {
        fold_run<SumOp<T>>(g + at, n, sum_g + c);
        add_products(g + at, x + at, mean[c], rstd[c], n, sum_gh + c);
        return;
      }
      for (std::int64_t i = 0; i < n; ++i) {
        sum_g[c + i] += static_cast<double>(g[at + i]);
        sum_gh[c + i] += static_cast<double>(g[at + i] * ((x[at + i] - mean[c + i]) * rstd[c + i]));
      }
    });
    visit_channels(shape, begin, end, [&](std::int64_t c, std::int64_t at, std::int64_t n, int step) {
      const auto element = [&](std::int64_t k, std::int64_t i) {
        const T mean_g = static_cast<T>(sum_g[k] / shape.count());
        const T mean_gh = static_cast<T>(sum_gh[k] / shape.count());
        const T scale = weight != nullptr ? rstd[k] * weight[k] : rstd[k];
        const T h = (x[i] - mean[k]) * rstd[k];
        return scale * (g[i] - mean_g - h * mean_gh);
      };
      if (step == 0) {
        SY_IVDEP
        for (std::int64_t i = 0; i < n; ++i) out[at + i] = element(c, at + i);
      } else {
        SY_IVDEP
        for (std::int64_t i = 0; i < n; ++i) out[at + i] = element(c + i, at + i);
      }
    });
  };
  parallel_for(shape.channels, grain_for(shape.batch * shape.inner * 4), range, shape.inner == 1 ? 16 : 1);
}

void batch_norm_gradients(std::uint32_t dtype, const Channels& shape, const void* g, const void* x, const void* mean,
                          const void* rstd, const void* weight, double* sums, void* out) {
  visit_compute(dtype, FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    channel_gradients(shape, static_cast<const T*>(g), static_cast<const T*>(x), static_cast<const T*>(mean),
                      static_cast<const T*>(rstd), static_cast<const T*>(weight), sums, sums + shape.channels,
                      static_cast<T*>(out));
  });
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(batch_norm_gradients);

void store_sums(const Call& call, const double* sums, const Tensor& to) {
  if (to.numel() == 0) return;
  OutputArray out(call, to);
  visit_compute(to.dtype(), FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < to.numel(); ++i) out.as<T>()[i] = static_cast<T>(sums[i]);
  });
  out.store();
}

void run_native_batch_norm_backward(const Call& call, const sdk::NativeBatchNormBackwardArgs& args) {
  const Channels shape(args.input);
  const InputArray grad(call, args.grad);
  const InputArray input(call, args.input);
  const InputArray mean(call, args.mean);
  const InputArray rstd(call, args.rstd);
  const InputArray weight(call, args.weight);
  OutputArray grad_input(call, args.grad_input);
  Scratch<double> sums(call, static_cast<std::size_t>(2 * shape.channels));
  HWY_DYNAMIC_DISPATCH(batch_norm_gradients)
  (call.t(0), shape, grad.data(), input.data(), mean.data(), rstd.data(), weight.data(), sums.data(),
   grad_input.data());
  grad_input.store();
  store_sums(call, sums.data() + shape.channels, args.grad_weight);
  store_sums(call, sums.data(), args.grad_bias);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(native_batch_norm_backward,
           sy::sdk::make_kernel<sy::sdk::NativeBatchNormBackwardArgs, sy::cpu::run_native_batch_norm_backward>(
               sy::sdk::kStrided | sy::sdk::kDeterministic));
#endif
