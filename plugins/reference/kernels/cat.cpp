#include "switchyard/sdk/ops/cat.h"

#include "../axis.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const CatArgs& args) {
  const Axis to(args.result, args.dim);
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::int64_t start = 0;
    for (std::size_t k = 0; k < args.tensors.size(); ++k) {
      const Tensor tensor = args.tensors[k];
      if (tensor.numel() == 0) continue;
      const Axis from(tensor, args.dim);
      for (std::int64_t i = 0; i < tensor.numel(); ++i) {
        const std::int64_t in = i % from.inner;
        const std::int64_t along = i / from.inner % from.size;
        const std::int64_t o = i / from.inner / from.size;
        args.result.template data<T>()[to.at(o, start + along, in)] = tensor.data<T>()[i];
      }
      start += from.size;
    }
  });
}

}  // namespace

SY_KERNELS(cat, make_kernel<CatArgs, run>(kDeterministic));
