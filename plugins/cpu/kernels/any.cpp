// True where any element over dims is nonzero; NaN is.
#include "switchyard/sdk/ops/any.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/any.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/reduce-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct AnyOp {
  using Acc = bool;
  static Acc identity() { return false; }
  static Acc fold(Acc a, T x) { return a | (x != 0); }
  static Acc merge(Acc a, Acc b) { return a | b; }
};

const FoldTable& any_folds() {
  static constexpr FoldTable kTable = fold_table<AnyOp>(AllTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(any_folds);

void run_any(const Call& call, const sdk::AnyArgs& args) {
  static const FoldTable& folds = HWY_DYNAMIC_DISPATCH(any_folds)();
  Scratch<bool> acc(call, static_cast<std::size_t>(args.result.numel()));
  reduce(call, args.self, dim_set(args.dim, args.self.ndim()), folds.at(args.self.dtype()), acc.data());
  store_accumulators(acc.data(), SY_BOOL, args.result, move_row(1));
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(any, sy::sdk::make_kernel<sy::sdk::AnyArgs, sy::cpu::run_any>(sy::sdk::kStrided | sy::sdk::kDeterministic));
#endif
