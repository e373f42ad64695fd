// values written, or added, at the rows that index tensors name.
#include "switchyard/sdk/ops/native_index_put.h"

#include <cstring>

#include "loops/compute_copy.h"
#include "loops/indexed_rows.h"
#include "loops/parallel.h"
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

void add_rows(const Call& call, const IndexedRows& rows, const Tensor& values, const Tensor& result) {
  const InputArray source(call, values);
  OutputArray out(call, result);
  out.load();
  visit_compute(result.dtype(), AllTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* from = source.as<T>();
    T* to = out.as<T>();
    // Columns in parallel, so that repeated rows meet in order.
    parallel_for(
        rows.width(), grain_for(rows.count()),
        [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = 0; i < rows.count(); ++i) {
            T* row = to + rows[i] * rows.width();
            for (std::int64_t k = begin; k < end; ++k) row[k] = wrap_add(row[k], from[i * rows.width() + k]);
          }
        },
        16);
  });
  out.store();
}

void run_native_index_put(const Call& call, const sdk::NativeIndexPutArgs& args) {
  const IndexedRows rows(call, args.result, args.indices);
  if (args.accumulate) return add_rows(call, rows, args.values, args.result);
  write_rows(rows, args.values, args.result);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(native_index_put,
           sy::sdk::make_kernel<sy::sdk::NativeIndexPutArgs, sy::cpu::run_native_index_put>(sy::sdk::kDeterministic));
