// Variance over dims in two passes, accumulated in f64.
#include "switchyard/sdk/ops/var.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/var.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/reduce-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

// Squared distances from the output's mean.
template <class T>
struct SquaresOp {
  using Acc = double;
  using Param = double;
  static Acc identity() { return 0; }
  static Acc fold(Acc a, T x, Param mean) {
    const double d = static_cast<double>(x) - mean;
    return a + d * d;
  }
  static Acc merge(Acc a, Acc b) { return a + b; }
};

const FoldTable& var_sums() {
  static constexpr FoldTable kTable = fold_table<SumOp>(FloatTypes{});
  return kTable;
}

const FoldTable& var_squares() {
  static constexpr FoldTable kTable = [] {
    FoldTable table;
    table.fold[SY_F64] = make_fold_with_param<SquaresOp<double>, double>();
    table.fold[SY_F32] = make_fold_with_param<SquaresOp<float>, float>();
    table.fold[SY_F16] = table.fold[SY_BF16] = table.fold[SY_F32];
    return table;
  }();
  return kTable;
}

template <class T>
void var_row(const void* const* in, void* out, std::int64_t n, const void* context) {
  const double divisor = *static_cast<const double*>(context);
  const double* a = static_cast<const double*>(in[0]);
  T* o = static_cast<T*>(out);
  for (std::int64_t i = 0; i < n; ++i) o[i] = static_cast<T>(a[i] / divisor);
}

RowFn var_store(std::uint32_t dtype) { return dtype == SY_F64 ? &var_row<double> : &var_row<float>; }

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(var_sums);
HWY_EXPORT(var_squares);
HWY_EXPORT(var_store);

void run_var(const Call& call, const sdk::VarArgs& args) {
  static const FoldTable& sums = HWY_DYNAMIC_DISPATCH(var_sums)();
  static const FoldTable& squares = HWY_DYNAMIC_DISPATCH(var_squares)();
  const std::uint32_t dtype = args.self.dtype();
  const DimSet dims = dim_set(args.dim, args.self.ndim());
  const std::size_t outputs = static_cast<std::size_t>(args.result.numel());
  const double count = static_cast<double>(reduced_count(args.self, dims));
  Scratch<double> memory(call, 2 * outputs);
  double* mean = memory.data();
  double* acc = mean + outputs;
  reduce(call, args.self, dims, sums.at(dtype), mean);
  for (std::size_t i = 0; i < outputs; ++i) mean[i] /= count;
  reduce(call, args.self, dims, squares.at(dtype), acc, mean);
  const double divisor = std::max(0.0, count - static_cast<double>(args.correction));
  store_accumulators(acc, SY_F64, args.result, HWY_DYNAMIC_DISPATCH(var_store)(dtype), &divisor);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(var, sy::sdk::make_kernel<sy::sdk::VarArgs, sy::cpu::run_var>(sy::sdk::kStrided | sy::sdk::kDeterministic));
#endif
