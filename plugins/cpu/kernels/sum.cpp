// Sum over dims; floating values accumulate in f64 (f32 and bf16: sums of eight do), integers and bool in i64.
#include "switchyard/sdk/ops/sum.h"

#include <cstdint>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sum.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/sum-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

const FoldTable& sum_folds() {
  static constexpr FoldTable kTable = fold_table<SumOp>(AllTypes{});
  return kTable;
}
const FoldTable& fast_sum_folds() {
  static constexpr FoldTable kTable = [] {
    FoldTable table = fold_table<SumOp>(AllTypes{});
    table.fold[SY_F32] = sum_fold<float>();
    table.fold[SY_BF16] = sum_fold<Bf16>();
    return table;
  }();
  return kTable;
}

// By bits and without a way out, so that the compiler makes vectors of it.
bool all_finite(const double* x, std::size_t n) {
  constexpr std::uint64_t kExponent = std::uint64_t{0x7ff} << 52;
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::uint64_t bits;
    std::memcpy(&bits, x + i, sizeof(bits));
    found |= (bits & kExponent) == kExponent ? 1 : 0;
  }
  return found == 0;
}

template <class Acc, class T>
void store_row(const void* const* in, void* out, std::int64_t n, const void*) {
  const Acc* a = static_cast<const Acc*>(in[0]);
  T* o = static_cast<T*>(out);
  for (std::int64_t i = 0; i < n; ++i) o[i] = static_cast<T>(a[i]);
}

RowFn sum_store(std::uint32_t result_dtype) {
  if (result_dtype == SY_I64) return &store_row<std::int64_t, std::int64_t>;
  return result_dtype == SY_F64 ? &store_row<double, double> : &store_row<double, float>;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(sum_folds);
HWY_EXPORT(fast_sum_folds);
HWY_EXPORT(all_finite);
HWY_EXPORT(sum_store);

void run_sum(const Call& call, const sdk::SumArgs& args) {
  static const FoldTable& folds = HWY_DYNAMIC_DISPATCH(sum_folds)();
  static const FoldTable& fast = HWY_DYNAMIC_DISPATCH(fast_sum_folds)();
  const std::size_t outputs = static_cast<std::size_t>(args.result.numel());
  Scratch<double> acc(call, outputs);  // i64 has the same size
  const DimSet dims = dim_set(args.dim, args.self.ndim());
  const Fold& fold = fast.at(args.self.dtype());
  reduce(call, args.self, dims, fold, acc.data());
  // Partial sums in f32 may have overflowed.
  if (fold.halves && !HWY_DYNAMIC_DISPATCH(all_finite)(acc.data(), outputs)) {
    reduce(call, args.self, dims, folds.at(args.self.dtype()), acc.data());
  }
  const bool integral = args.result.dtype() == SY_I64;
  store_accumulators(acc.data(), integral ? SY_I64 : SY_F64, args.result,
                     HWY_DYNAMIC_DISPATCH(sum_store)(args.result.dtype()));
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(sum, sy::sdk::make_kernel<sy::sdk::SumArgs, sy::cpu::run_sum>(sy::sdk::kStrided | sy::sdk::kDeterministic));
#endif
