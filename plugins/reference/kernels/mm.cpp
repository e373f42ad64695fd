#include "switchyard/sdk/ops/mm.h"

#include "../dot.h"

namespace {

using namespace sy::sdk;  // NOLINT

sy_status run(const Call& call, const MmArgs& args) {
  const std::int64_t n = args.self.size(0);
  const std::int64_t k = args.self.size(1);
  const std::int64_t m = args.mat2.size(1);
  return call.dispatch(Numeric(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* a = args.self.template data<T>();
    const T* b = args.mat2.template data<T>();
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < m; ++j) {
        args.result.template data<T>()[i * m + j] = convert<T>(sy::reference::dot(a + i * k, 1, b + j, m, k));
      }
    }
  });
}

}  // namespace

SY_KERNELS(mm, make_kernel<MmArgs, run>(kDeterministic));
