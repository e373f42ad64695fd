// start + i * step, computed in f64 for floating dtypes and in i64 for integral ones.
#include "switchyard/sdk/ops/arange.h"

#include "loops/parallel.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

template <class T>
void fill_range(const sdk::Scalar& start, const sdk::Scalar& step, std::int64_t n, T* out) {
  parallel_for(n, 32768, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      if constexpr (sdk::kIsFloating<T>) {
        out[i] = T(start.to_double() + static_cast<double>(i) * step.to_double());
      } else {
        out[i] = static_cast<T>(wrap_add(start.to_int(), wrap_mul(i, step.to_int())));
      }
    }
  });
}

sy_status run_arange(const Call& call, const sdk::ArangeArgs& args) {
  return call.dispatch(args.result.dtype(), sdk::Numeric(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    fill_range(args.start, args.step, args.result.numel(), args.result.template data<T>());
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(arange, sy::sdk::make_kernel<sy::sdk::ArangeArgs, sy::cpu::run_arange>(sy::sdk::kDeterministic));
