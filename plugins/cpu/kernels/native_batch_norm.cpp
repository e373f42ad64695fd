// Batch normalisation by the statistics of the batch, per channel.
#include "switchyard/sdk/ops/native_batch_norm.h"

#include <cmath>

#include "loops/batch_norm.h"
#include "loops/compute_copy.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/native_batch_norm.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/reduce-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

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

// Pointers of type T; weight and bias may be null. `work`: two f64 per channel.
template <class T>
void normalise_channels(const Channels& shape, const T* x, const T* weight, const T* bias, double eps, double* work,
                        T* out, T* mean, T* rstd) {
  const auto range = [&](std::int64_t begin, std::int64_t end) {
    double* sums = work;
    double* squares = work + shape.channels;
    for (std::int64_t c = begin; c < end; ++c) sums[c] = squares[c] = 0;
    visit_channels(shape, begin, end, [&](std::int64_t c, std::int64_t at, std::int64_t n, int step) {
      if (step == 0) return fold_run<SumOp<T>>(x + at, n, sums + c);
      const void* const row = x + at;
      fold_outer_row<SumOp<T>, T>(&row, 1, n, sums + c, nullptr);
    });
    for (std::int64_t c = begin; c < end; ++c) sums[c] /= static_cast<double>(shape.count());  // NaN for no elements
    visit_channels(shape, begin, end, [&](std::int64_t c, std::int64_t at, std::int64_t n, int step) {
      if (step == 0) return fold_run<Spread<T>>(x + at, n, squares + c, sums[c]);
      for (std::int64_t i = 0; i < n; ++i) squares[c + i] = Spread<T>::fold(squares[c + i], x[at + i], sums[c + i]);
    });
    for (std::int64_t c = begin; c < end; ++c) {
      mean[c] = static_cast<T>(sums[c]);
      rstd[c] = static_cast<T>(1 / std::sqrt(squares[c] / shape.count() + eps));
    }
    visit_channels(shape, begin, end, [&](std::int64_t c, std::int64_t at, std::int64_t n, int step) {
      if (step == 0) {
        const T m = mean[c];
        const T scale = weight != nullptr ? rstd[c] * weight[c] : rstd[c];
        const T shift = bias != nullptr ? bias[c] : T{0};
        SY_IVDEP
        for (std::int64_t i = 0; i < n; ++i) out[at + i] = (x[at + i] - m) * scale + shift;
      } else {
        for (std::int64_t i = 0; i < n; ++i) {
          T y = (x[at + i] - mean[c + i]) * rstd[c + i];
          if (weight != nullptr) y *= weight[c + i];
          out[at + i] = bias != nullptr ? y + bias[c + i] : y;
        }
      }
    });
  };
  parallel_for(shape.channels, grain_for(shape.batch * shape.inner * 2), range, shape.inner == 1 ? 16 : 1);
}

void batch_norm(std::uint32_t dtype, const Channels& shape, const void* x, const void* weight, const void* bias,
                double eps, double* work, void* out, void* mean, void* rstd) {
  visit_compute(dtype, FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    normalise_channels(shape, static_cast<const T*>(x), static_cast<const T*>(weight), static_cast<const T*>(bias), eps,
                       work, static_cast<T*>(out), static_cast<T*>(mean), static_cast<T*>(rstd));
  });
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(batch_norm);

void run_native_batch_norm(const Call& call, const sdk::NativeBatchNormArgs& args) {
  const Channels shape(args.input);
  const InputArray input(call, args.input);
  const InputArray weight(call, args.weight);
  const InputArray bias(call, args.bias);
  OutputArray result(call, args.result);
  OutputArray mean(call, args.mean);
  OutputArray rstd(call, args.rstd);
  Scratch<double> work(call, static_cast<std::size_t>(2 * shape.channels));
  HWY_DYNAMIC_DISPATCH(batch_norm)
  (call.t(0), shape, input.data(), weight.data(), bias.data(), args.eps, work.data(), result.data(), mean.data(),
   rstd.data());
  result.store();
  mean.store();
  rstd.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(native_batch_norm,
           sy::sdk::make_kernel<sy::sdk::NativeBatchNormArgs, sy::cpu::run_native_batch_norm>(sy::sdk::kStrided |
                                                                                              sy::sdk::kDeterministic));
#endif
