// Rows of weight. The result is new, and so contiguous.
#include "switchyard/sdk/ops/embedding.h"

#include "loops/grid.h"
#include "loops/picked_rows.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_embedding(const Call& call, const sdk::EmbeddingArgs& args) {
  const Indices indices(call, args.indices, args.weight.size(0), 0, "indices", false);
  pick_rows(call, args.weight, indices, operand(args.result).data);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(embedding, sy::sdk::make_kernel<sy::sdk::EmbeddingArgs, sy::cpu::run_embedding>(sy::sdk::kStrided |
                                                                                           sy::sdk::kDeterministic));
