#include "switchyard/sdk/ops/bmm.h"

#include "../dot.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const BmmArgs& args) {
  const std::int64_t n = args.self.size(1);
  const std::int64_t k = args.self.size(2);
  const std::int64_t m = args.mat2.size(2);
  return call.dispatch(Numeric(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t batch = 0; batch < args.self.size(0); ++batch) {
      const T* a = args.self.template data<T>() + batch * n * k;
      const T* b = args.mat2.template data<T>() + batch * k * m;
      T* out = args.result.template data<T>() + batch * n * m;
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j < m; ++j) {
          out[i * m + j] = convert<T>(sy::reference::dot(a + i * k, 1, b + j, m, k));
        }
      }
    }
  });
}

}  // namespace

SY_KERNELS(bmm, make_kernel<BmmArgs, run>(kDeterministic));
