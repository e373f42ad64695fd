#include "switchyard/sdk/ops/unique.h"

#include "../order.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const UniqueArgs& args) {
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = args.self.template data<T>();
    Axis flat(args.self, 0);
    flat.outer = flat.inner = 1;
    flat.size = args.self.numel();
    std::vector<std::int64_t> firsts;
    std::vector<std::int64_t> counts;
    std::vector<std::int64_t> inverse(static_cast<std::size_t>(flat.size));
    for (const std::int64_t i : sorted_run(in, flat, 0, 0, false)) {
      if (firsts.empty() || !(in[i] == in[firsts.back()])) {  // so each NaN is distinct
        firsts.push_back(i);
        counts.push_back(0);
      }
      ++counts.back();
      inverse[i] = static_cast<std::int64_t>(firsts.size()) - 1;
    }
    const auto count = static_cast<std::int64_t>(firsts.size());
    const Tensor values = call.alloc_output(0, call.t(0), {count});
    for (std::int64_t k = 0; k < count; ++k) values.data<T>()[k] = in[firsts[k]];
    const Tensor where =
        args.return_inverse ? call.alloc_output(1, SY_I64, args.self.shape()) : call.alloc_output(1, SY_I64, {0});
    if (args.return_inverse) std::copy(inverse.begin(), inverse.end(), where.data<std::int64_t>());
    const Tensor often = call.alloc_output(2, SY_I64, {args.return_counts ? count : 0});
    if (args.return_counts) std::copy(counts.begin(), counts.end(), often.data<std::int64_t>());
  });
}

}  // namespace

SY_KERNELS(unique, make_kernel<UniqueArgs, run>(kDeterministic));
