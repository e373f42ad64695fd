// Logical operators on truth values; NaN counts as true.
#include "switchyard/sdk/ops/logical_and.h"
#include "switchyard/sdk/ops/logical_not.h"
#include "switchyard/sdk/ops/logical_or.h"
#include "switchyard/sdk/ops/logical_xor.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/logical.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

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

const RowTable& logical_and_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(logical_and_rows)();
  return rows;
}
const RowTable& logical_or_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(logical_or_rows)();
  return rows;
}
const RowTable& logical_xor_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(logical_xor_rows)();
  return rows;
}
const RowTable& logical_not_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(logical_not_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(logical, sy::cpu::row_kernel<sy::sdk::LogicalAndArgs, sy::cpu::logical_and_table>(),
           sy::cpu::row_kernel<sy::sdk::LogicalOrArgs, sy::cpu::logical_or_table>(),
           sy::cpu::row_kernel<sy::sdk::LogicalXorArgs, sy::cpu::logical_xor_table>(),
           sy::cpu::row_kernel<sy::sdk::LogicalNotArgs, sy::cpu::logical_not_table>());
#endif
