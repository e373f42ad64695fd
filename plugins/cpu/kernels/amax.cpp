// Largest element over dims; NaN if any is.
#include "switchyard/sdk/ops/amax.h"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/amax.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/extreme-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct AmaxOp {
  using Acc = T;
  static Acc identity() {
    using Limits = std::numeric_limits<T>;
    if constexpr (Limits::has_infinity) return -Limits::infinity();
    return Limits::lowest();
  }
  static Acc fold(Acc a, T x) { return x > a || x != x ? x : a; }
  static Acc merge(Acc a, Acc b) { return fold(a, b); }
  template <class D, class V>
  static HWY_INLINE V of_lanes(D d, V x) {
    return hn::MaxOfLanes(d, x);
  }
  template <class D, class V>
  static HWY_INLINE V better(D, V a, V x) {
    return hn::IfThenElse(hn::Or(hn::Gt(x, a), hn::IsNaN(x)), x, a);
  }
};

const FoldTable& amax_folds() {
  static constexpr FoldTable kTable = extreme_table<AmaxOp>();
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(amax_folds);

void run_amax(const Call& call, const sdk::AmaxArgs& args) {
  static const FoldTable& folds = HWY_DYNAMIC_DISPATCH(amax_folds)();
  const std::uint32_t dtype = args.self.dtype();
  const Fold& fold = folds.at(dtype);
  Scratch<char> acc(call, static_cast<std::size_t>(args.result.numel()) * fold.acc_bytes);
  reduce(call, args.self, dim_set(args.dim, args.self.ndim()), fold, acc.data());
  store_accumulators(acc.data(), compute_dtype(dtype), args.result, move_row(item_size(compute_dtype(dtype))));
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(amax,
           sy::sdk::make_kernel<sy::sdk::AmaxArgs, sy::cpu::run_amax>(sy::sdk::kStrided | sy::sdk::kDeterministic));
#endif
