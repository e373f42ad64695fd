// Rows of weight.
#include "switchyard/sdk/ops/embedding.h"

#include <cstring>

#include "loops/grid.h"
#include "loops/indices.h"
#include "loops/parallel.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_embedding(const Call& call, const sdk::EmbeddingArgs& args) {
  const Indices indices(call, args.indices, args.weight.size(0), 0, "indices", false);
  const std::int64_t bytes = args.weight.size(1) * item_size(args.weight.dtype());
  const char* rows = operand(args.weight).data;
  char* out = operand(args.result).data;
  parallel_for(indices.count(), grain_for(bytes / 4), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      std::memcpy(out + i * bytes, rows + indices[i] * bytes, static_cast<std::size_t>(bytes));
    }
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(embedding, sy::sdk::make_kernel<sy::sdk::EmbeddingArgs, sy::cpu::run_embedding>(sy::sdk::kDeterministic));
