// log of the sum of exp over dims: the largest element is taken out first.
#include "switchyard/sdk/ops/logsumexp.h"

#include <algorithm>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/logsumexp.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/math-inl.h"
#include "loops/reduce-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct LargestOp {
  using Acc = T;
  static Acc identity() { return -std::numeric_limits<T>::infinity(); }
  static Acc fold(Acc a, T x) { return x > a || x != x ? x : a; }
  static Acc merge(Acc a, Acc b) { return fold(a, b); }
};

// Sums exp(x - param), block by block.
template <class T>
struct ExpSum {
  static void exp_block(const T* x, std::int64_t n, const T* shift, std::int64_t shift_step, T* to) {
    const hn::ScalableTag<T> d;
    const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
    HWY_ALIGN T padded[kFoldBlock];
    for (std::int64_t i = 0; i < n; ++i) padded[i] = x[i] - shift[i * shift_step];
    for (std::int64_t i = n; i % lanes != 0; ++i) padded[i] = 0;
    for (std::int64_t i = 0; i < n; i += lanes) hn::Store(vec_exp(d, hn::Load(d, padded + i)), d, to + i);
  }
  static void inner(const void* x, std::int64_t n, void* acc, const void* param) {
    HWY_ALIGN T values[kFoldBlock];
    const T* in = static_cast<const T*>(x);
    for (std::int64_t i = 0; i < n; i += kFoldBlock) {
      const std::int64_t m = std::min(kFoldBlock, n - i);
      exp_block(in + i, m, static_cast<const T*>(param), 0, values);
      fold_run<SumOp<T>>(values, m, static_cast<double*>(acc));
    }
  }
  static void outer(const void* const* x, int rows, std::int64_t n, void* acc, const void* param) {
    HWY_ALIGN T values[kFoldBlock];
    for (std::int64_t i = 0; i < n; i += kFoldBlock) {
      const std::int64_t m = std::min(kFoldBlock, n - i);
      for (int r = 0; r < rows; ++r) {
        exp_block(static_cast<const T*>(x[r]) + i, m, static_cast<const T*>(param) + i, 1, values);
        for (std::int64_t k = 0; k < m; ++k) static_cast<double*>(acc)[i + k] += values[k];
      }
    }
  }
  static constexpr std::int64_t kFoldBlock = 256;
  static constexpr Fold fold() {
    return {&inner, &outer, &merge_row<SumOp<T>>, &identity_row<SumOp<T>>, sizeof(double), sizeof(T)};
  }
};

const FoldTable& logsumexp_largest() {
  static constexpr FoldTable kTable = fold_table<LargestOp>(FloatTypes{});
  return kTable;
}
const FoldTable& logsumexp_sums() {
  static constexpr FoldTable kTable = [] {
    FoldTable table;
    table.fold[SY_F64] = ExpSum<double>::fold();
    table.fold[SY_F16] = table.fold[SY_BF16] = table.fold[SY_F32] = ExpSum<float>::fold();
    return table;
  }();
  return kTable;
}

// largest + log(sum), written over largest.
template <class T>
void finish(T* largest, const double* sums, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) largest[i] = static_cast<T>(largest[i] + std::log(sums[i]));
}
// An infinite largest element would give inf - inf.
template <class T>
void make_finite(T* largest, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) largest[i] = std::isinf(largest[i]) ? T{0} : largest[i];
}
void logsumexp_finish(std::uint32_t dtype, bool last, void* largest, const double* sums, std::int64_t n) {
  visit_compute(dtype, FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    last ? finish(static_cast<T*>(largest), sums, n) : make_finite(static_cast<T*>(largest), n);
  });
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(logsumexp_largest);
HWY_EXPORT(logsumexp_sums);
HWY_EXPORT(logsumexp_finish);

void run_logsumexp(const Call& call, const sdk::LogsumexpArgs& args) {
  static const FoldTable& largest_folds = HWY_DYNAMIC_DISPATCH(logsumexp_largest)();
  static const FoldTable& sum_folds = HWY_DYNAMIC_DISPATCH(logsumexp_sums)();
  const std::uint32_t dtype = args.self.dtype();
  const DimSet dims = dim_set(args.dim, args.self.ndim());
  const std::int64_t outputs = args.result.numel();
  Scratch<double> memory(call, static_cast<std::size_t>(2 * outputs));
  double* sums = memory.data();
  void* largest = sums + outputs;
  reduce(call, args.self, dims, largest_folds.at(dtype), largest);
  HWY_DYNAMIC_DISPATCH(logsumexp_finish)(dtype, false, largest, nullptr, outputs);
  reduce(call, args.self, dims, sum_folds.at(dtype), sums, largest);
  HWY_DYNAMIC_DISPATCH(logsumexp_finish)(dtype, true, largest, sums, outputs);
  store_accumulators(largest, compute_dtype(dtype), args.result, move_row(item_size(compute_dtype(dtype))));
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(logsumexp, sy::sdk::make_kernel<sy::sdk::LogsumexpArgs, sy::cpu::run_logsumexp>(sy::sdk::kStrided |
                                                                                           sy::sdk::kDeterministic));
#endif
