#include "switchyard/sdk/ops/addmm.h"

#include "../dot.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

/// Position in self, which is at most 2-d and broadcasts, of element (i, j) of the result.
std::int64_t broadcast_position(const Tensor& self, std::int64_t i, std::int64_t j) {
  const std::int64_t columns = self.ndim() >= 1 ? self.size(-1) : 1;
  const std::int64_t rows = self.ndim() >= 2 ? self.size(-2) : 1;
  return (rows == 1 ? 0 : i) * columns + (columns == 1 ? 0 : j);
}

sy_status run(const Call& call, const AddmmArgs& args) {
  const std::int64_t n = args.mat1.size(0);
  const std::int64_t k = args.mat1.size(1);
  const std::int64_t m = args.mat2.size(1);
  return call.dispatch(Numeric(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* a = args.mat1.template data<T>();
    const T* b = args.mat2.template data<T>();
    const auto alpha = widen<T>(args.alpha);
    const auto beta = widen<T>(args.beta);
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < m; ++j) {
        auto sum = times(alpha, dot(a + i * k, 1, b + j, m, k));
        if (beta != 0) {
          const T x = args.self.template data<T>()[broadcast_position(args.self, i, j)];
          sum = plus(times(beta, widen(x)), sum);
        }
        args.result.template data<T>()[i * m + j] = convert<T>(sum);
      }
    }
  });
}

}  // namespace

SY_KERNELS(addmm, make_kernel<AddmmArgs, run>(kDeterministic));
