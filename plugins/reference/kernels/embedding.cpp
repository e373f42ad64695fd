#include "switchyard/sdk/ops/embedding.h"

#include "../axis.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const EmbeddingArgs& args) {
  const std::int64_t rows = args.weight.size(0);
  const std::int64_t width = args.weight.size(1);
  return call.dispatch(Floating(), [&](auto tag) -> sy_status {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < args.indices.numel(); ++i) {
      const std::int64_t row = index_at(args.indices, i);
      if (row < 0 || row >= rows) {
        return call.error(SY_OUT_OF_RANGE, "index %lld is out of range for %lld rows (argument indices)",
                          static_cast<long long>(row), static_cast<long long>(rows));
      }
      for (std::int64_t j = 0; j < width; ++j) {
        args.result.template data<T>()[i * width + j] = args.weight.template data<T>()[row * width + j];
      }
    }
    return SY_OK;
  });
}

}  // namespace

SY_KERNELS(embedding, make_kernel<EmbeddingArgs, run>(kDeterministic));
