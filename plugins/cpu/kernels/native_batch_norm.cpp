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
void normalise_channels(const Channels& shape, const Elements& elements, const T* weight, const T* bias, double eps,
                        double* work, T* mean, T* rstd) {
  const auto range = [&](std::int64_t begin, std::int64_t end) {
    double* sums = work;
    double* squares = work + shape.channels;
    for (std::int64_t c = begin; c < end; ++c) sums[c] = squares[c] = 0;
    visit_channels(shape, begin, end, [&](std::int64_t c, std::int64_t at, std::int64_t count, int step) {
      elements.read<T>(at, count, [&](const T* x, std::int64_t i, std::int64_t n) {
        if (step == 0) return fold_run<SumOp<T>>(x, n, sums + c);
        const void* const row = x;
        fold_outer_row<SumOp<T>, T>(&row, 1, n, sums + c + i, nullptr);
      });
    });
    for (std::int64_t c = begin; c < end; ++c) sums[c] /= static_cast<double>(shape.count());  // NaN for no elements
    visit_channels(shape, begin, end, [&](std::int64_t c, std::int64_t at, std::int64_t count, int step) {
      elements.read<T>(at, count, [&](const T* x, std::int64_t i, std::int64_t n) {
        if (step == 0) return fold_run<Spread<T>>(x, n, squares + c, sums[c]);
        double* const square = squares + c + i;
        for (std::int64_t k = 0; k < n; ++k) square[k] = Spread<T>::fold(square[k], x[k], sums[c + i + k]);
      });
    });
    for (std::int64_t c = begin; c < end; ++c) {
      mean[c] = static_cast<T>(sums[c]);
      rstd[c] = static_cast<T>(1 / std::sqrt(squares[c] / shape.count() + eps));
    }
    visit_channels(shape, begin, end, [&](std::int64_t c, std::int64_t at, std::int64_t count, int step) {
      elements.map<T>(at, count, [&](const T* x, T* y, std::int64_t i, std::int64_t n) {
        if (step == 0) {
          const T m = mean[c];
          const T scale = weight != nullptr ? rstd[c] * weight[c] : rstd[c];
          const T shift = bias != nullptr ? bias[c] : T{0};
          SY_IVDEP
          for (std::int64_t k = 0; k < n; ++k) y[k] = (x[k] - m) * scale + shift;
        } else {
          for (std::int64_t k = 0, at_channel = c + i; k < n; ++k, ++at_channel) {
            T scaled = (x[k] - mean[at_channel]) * rstd[at_channel];
            if (weight != nullptr) scaled *= weight[at_channel];
            y[k] = bias != nullptr ? scaled + bias[at_channel] : scaled;
          }
        }
      });
    });
  };
  parallel_for(shape.channels, grain_for(shape.batch * shape.inner * 2), range, shape.inner == 1 ? 16 : 1);
}

void batch_norm(std::uint32_t dtype, const Channels& shape, const Elements& elements, const void* weight,
                const void* bias, double eps, double* work, void* mean, void* rstd) {
  visit_compute(dtype, FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    normalise_channels(shape, elements, static_cast<const T*>(weight), static_cast<const T*>(bias), eps, work,
                       static_cast<T*>(mean), static_cast<T*>(rstd));
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
  const InputArray weight(call, args.weight);
  const InputArray bias(call, args.bias);
  OutputArray mean(call, args.mean);
  OutputArray rstd(call, args.rstd);
  Scratch<double> work(call, static_cast<std::size_t>(2 * shape.channels));
  const auto run = [&](const void* from, void* to, std::uint32_t half) {
    HWY_DYNAMIC_DISPATCH(batch_norm)
    (call.t(0), shape, Elements{from, to, half}, weight.data(), bias.data(), args.eps, work.data(), mean.data(),
     rstd.data());
  };
  if (is_half(call.t(0)) && args.input.is_contiguous() && args.result.is_contiguous()) {
    run(operand(args.input).data, operand(args.result).data, call.t(0));
  } else {
    const InputArray input(call, args.input);
    OutputArray result(call, args.result);
    run(input.data(), result.data(), SY_DTYPE_NONE);
    result.store();
  }
  mean.store();
  rstd.store();
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(native_batch_norm,
           sy::sdk::make_kernel<sy::sdk::NativeBatchNormArgs, sy::cpu::run_native_batch_norm>(sy::sdk::kStrided |
                                                                                              sy::sdk::kDeterministic));
#endif
