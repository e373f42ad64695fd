// values written, or added, at the rows that index tensors name.
#include "switchyard/sdk/ops/native_index_put.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/native_index_put.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

#include "loops/compute_copy.h"
#include "loops/indexed_rows.h"
#include "loops/parallel.h"
#include "loops/types.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Sum {
  T operator()(T a, T b) const { return wrap_add(a, b); }
};

const RowTable& sum_rows() {
  static constexpr RowTable kTable = binary_table<Sum>(AllTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(sum_rows);

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
  const RowFn add = row_of(HWY_DYNAMIC_DISPATCH(sum_rows)(), compute_dtype(result.dtype()));
  if (add == nullptr)
    throw sdk::Error(SY_UNSUPPORTED, "the cpu kernel does not take %s", sdk::dtype_name(result.dtype()));
  const std::int64_t item = item_size(compute_dtype(result.dtype()));
  const std::int64_t width = rows.width() * item;
  // Columns in parallel, so that repeated rows meet in order.
  parallel_for(
      rows.width(), grain_for(rows.count()),
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = 0; i < rows.count(); ++i) {
          char* row = out.as<char>() + rows[i] * width + begin * item;
          const void* const in[] = {row, source.as<char>() + i * width + begin * item};
          add(in, row, end - begin, nullptr);
        }
      },
      16);
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
#endif
