// values written, or added, at the rows that index tensors name.
#include "switchyard/sdk/ops/native_index_put.h"

#include <cstring>

#include "loops/grid.h"
#include "loops/indexed_rows.h"
#include "loops/row_sums.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

// In order, so that the last of several values stands.
void write_rows(const IndexedRows& rows, const Tensor& values, const Tensor& result) {
  const std::int64_t bytes = rows.width() * item_size(result.dtype());
  const char* from = operand(values).data;
  char* to = operand(result).data;
  for (std::int64_t i = 0; i < rows.count(); ++i) {
    std::memcpy(to + rows[i] * bytes, from + i * bytes, static_cast<std::size_t>(bytes));
  }
}

void run_native_index_put(const Call& call, const sdk::NativeIndexPutArgs& args) {
  const IndexedRows rows(call, args.result, args.indices);
  if (!args.accumulate) return write_rows(rows, args.values, args.result);
  if (rows.width() == 0) return;
  const RowGroups groups(call, rows.data(), rows.count(), args.result.numel() / rows.width(), RowGroups::Rows::kNamed);
  sum_rows(groups, args.result.dtype(), rows.width(), operand(args.values).data, operand(args.result).data, true);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(native_index_put,
           sy::sdk::make_kernel<sy::sdk::NativeIndexPutArgs, sy::cpu::run_native_index_put>(sy::sdk::kDeterministic));
