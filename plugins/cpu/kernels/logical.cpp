// Logical operators on truth values; NaN counts as true.
#include "switchyard/sdk/ops/logical_and.h"
#include "switchyard/sdk/ops/logical_not.h"
#include "switchyard/sdk/ops/logical_or.h"
#include "switchyard/sdk/ops/logical_xor.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/logical.cpp"
#include "loops/targets.h"
#include "loops/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct LogicalAnd {
  bool operator()(T a, T b) const { return (a != 0) & (b != 0); }
};
template <class T>
struct LogicalOr {
  bool operator()(T a, T b) const { return (a != 0) | (b != 0); }
};
template <class T>
struct LogicalXor {
  bool operator()(T a, T b) const { return (a != 0) != (b != 0); }
};
template <class T>
struct LogicalNot {
  bool operator()(T a) const { return a == 0; }
};

const RowTable& logical_and_rows() {
  static constexpr RowTable kTable = binary_table<LogicalAnd>(AllTypes{});
  return kTable;
}
const RowTable& logical_or_rows() {
  static constexpr RowTable kTable = binary_table<LogicalOr>(AllTypes{});
  return kTable;
}
const RowTable& logical_xor_rows() {
  static constexpr RowTable kTable = binary_table<LogicalXor>(AllTypes{});
  return kTable;
}
const RowTable& logical_not_rows() {
  static constexpr RowTable kTable = unary_table<LogicalNot>(AllTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(logical_and_rows);
HWY_EXPORT(logical_or_rows);
HWY_EXPORT(logical_xor_rows);
HWY_EXPORT(logical_not_rows);

void run_logical_and(const Call& call, const sdk::LogicalAndArgs&) {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(logical_and_rows)();
  run_pointwise(call, rows);
}
void run_logical_or(const Call& call, const sdk::LogicalOrArgs&) {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(logical_or_rows)();
  run_pointwise(call, rows);
}
void run_logical_xor(const Call& call, const sdk::LogicalXorArgs&) {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(logical_xor_rows)();
  run_pointwise(call, rows);
}
void run_logical_not(const Call& call, const sdk::LogicalNotArgs&) {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(logical_not_rows)();
  run_pointwise(call, rows);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(logical, sy::sdk::make_kernel<sy::sdk::LogicalAndArgs, sy::cpu::run_logical_and>(sy::sdk::kPointwise),
           sy::sdk::make_kernel<sy::sdk::LogicalOrArgs, sy::cpu::run_logical_or>(sy::sdk::kPointwise),
           sy::sdk::make_kernel<sy::sdk::LogicalXorArgs, sy::cpu::run_logical_xor>(sy::sdk::kPointwise),
           sy::sdk::make_kernel<sy::sdk::LogicalNotArgs, sy::cpu::run_logical_not>(sy::sdk::kPointwise));
#endif
