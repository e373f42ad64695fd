// Sums the rows of grad that belong to each row of the weight.
#include "switchyard/sdk/ops/embedding_backward.h"

#include "loops/grid.h"
#include "loops/indices.h"
#include "loops/row_sums.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_embedding_backward(const Call& call, const sdk::EmbeddingBackwardArgs& args) {
  const Indices indices(call, args.indices, args.num_weights, 0, "indices", false);
  const RowGroups groups(call, indices.data(), indices.count(), args.result.size(0), RowGroups::Rows::kAll,
                         args.padding_idx);
  sum_rows(groups, args.result.dtype(), args.result.size(1), operand(args.grad).data, operand(args.result).data, false);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(embedding_backward, sy::sdk::make_kernel<sy::sdk::EmbeddingBackwardArgs, sy::cpu::run_embedding_backward>(
                                   sy::sdk::kDeterministic));
