// Indices of the nonzero elements in row-major order.
#include "switchyard/sdk/ops/nonzero.h"

#include <algorithm>

#include "loops/compute_copy.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

template <class T>
void list_nonzero(const Call& call, const Tensor& self, const T* x) {
  const std::int64_t n = self.numel();
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < n; ++i) count += x[i] != T{0};
  const int ndim = self.ndim();
  const Tensor result = call.alloc_output(0, SY_I64, {count, ndim});
  std::int64_t* out = result.template data<std::int64_t>();
  std::int64_t coords[kMaxDims] = {};
  if (ndim > kMaxDims) throw sdk::Error(SY_UNSUPPORTED, "the cpu kernel takes at most %d dimensions", kMaxDims);
  for (std::int64_t i = 0; i < n; ++i) {
    if (x[i] != T{0}) out = std::copy(coords, coords + ndim, out);
    for (int d = ndim - 1; d >= 0; --d) {
      if (++coords[d] < self.size(d)) break;
      coords[d] = 0;
    }
  }
}

void run_nonzero(const Call& call, const sdk::NonzeroArgs& args) {
  const InputArray self(call, args.self);
  visit_compute(args.self.dtype(), AllTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    list_nonzero(call, args.self, self.as<T>());
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(nonzero, sy::sdk::make_kernel<sy::sdk::NonzeroArgs, sy::cpu::run_nonzero>(sy::sdk::kDeterministic));
