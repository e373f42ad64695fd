// 1 / sqrt(self).
#include "switchyard/sdk/ops/rsqrt.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/rsqrt.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Rsqrt {
  T operator()(T a) const { return T{1} / std::sqrt(a); }
};

const RowTable& rsqrt_rows() {
  static constexpr RowTable kTable = unary_table<Rsqrt>(FloatTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(rsqrt_rows);

const RowTable& rsqrt_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(rsqrt_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(rsqrt, sy::cpu::row_kernel<sy::sdk::RsqrtArgs, sy::cpu::rsqrt_table>());
#endif
