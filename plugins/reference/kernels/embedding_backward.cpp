#include "switchyard/sdk/ops/embedding_backward.h"

#include "../accumulate.h"
#include "../axis.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const EmbeddingBackwardArgs& args) {
  const std::int64_t rows = args.result.size(0);
  const std::int64_t width = args.result.size(1);
  return call.dispatch(Floating(), [&](auto tag) -> sy_status {
    using T = typename decltype(tag)::type;
    map<T>(args.result, [] { return T{}; });
    WideBuffer<T> sums(args.result);
    for (std::int64_t i = 0; i < args.indices.numel(); ++i) {
      const std::int64_t row = index_at(args.indices, i);
      if (row < 0 || row >= rows) {
        return call.error(SY_OUT_OF_RANGE, "index %lld is out of range for %lld rows (argument indices)",
                          static_cast<long long>(row), static_cast<long long>(rows));
      }
      if (row == args.padding_idx) continue;
      for (std::int64_t j = 0; j < width; ++j) {
        sums.add(row * width + j, args.grad.template data<T>()[i * width + j]);
      }
    }
    sums.store();
    return SY_OK;
  });
}

}  // namespace

SY_KERNELS(embedding_backward, make_kernel<EmbeddingBackwardArgs, run>(kDeterministic));
