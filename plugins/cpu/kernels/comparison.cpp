// Comparisons, after promotion; the result is bool.
#include "switchyard/sdk/ops/eq.h"
#include "switchyard/sdk/ops/ge.h"
#include "switchyard/sdk/ops/gt.h"
#include "switchyard/sdk/ops/le.h"
#include "switchyard/sdk/ops/lt.h"
#include "switchyard/sdk/ops/ne.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/comparison.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Eq {
  bool operator()(T a, T b) const { return a == b; }
};
template <class T>
struct Ne {
  bool operator()(T a, T b) const { return a != b; }
};
template <class T>
struct Lt {
  bool operator()(T a, T b) const { return a < b; }
};
template <class T>
struct Le {
  bool operator()(T a, T b) const { return a <= b; }
};
template <class T>
struct Gt {
  bool operator()(T a, T b) const { return a > b; }
};
template <class T>
struct Ge {
  bool operator()(T a, T b) const { return a >= b; }
};

const RowTable& eq_rows() {
  static constexpr RowTable kTable = binary_table<Eq>(AllTypes{});
  return kTable;
}
const RowTable& ne_rows() {
  static constexpr RowTable kTable = binary_table<Ne>(AllTypes{});
  return kTable;
}
const RowTable& lt_rows() {
  static constexpr RowTable kTable = binary_table<Lt>(AllTypes{});
  return kTable;
}
const RowTable& le_rows() {
  static constexpr RowTable kTable = binary_table<Le>(AllTypes{});
  return kTable;
}
const RowTable& gt_rows() {
  static constexpr RowTable kTable = binary_table<Gt>(AllTypes{});
  return kTable;
}
const RowTable& ge_rows() {
  static constexpr RowTable kTable = binary_table<Ge>(AllTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(eq_rows);
HWY_EXPORT(ne_rows);
HWY_EXPORT(lt_rows);
HWY_EXPORT(le_rows);
HWY_EXPORT(gt_rows);
HWY_EXPORT(ge_rows);

const RowTable& eq_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(eq_rows)();
  return rows;
}
const RowTable& ne_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(ne_rows)();
  return rows;
}
const RowTable& lt_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(lt_rows)();
  return rows;
}
const RowTable& le_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(le_rows)();
  return rows;
}
const RowTable& gt_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(gt_rows)();
  return rows;
}
const RowTable& ge_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(ge_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(comparison, sy::cpu::row_kernel<sy::sdk::EqArgs, sy::cpu::eq_table>(),
           sy::cpu::row_kernel<sy::sdk::NeArgs, sy::cpu::ne_table>(),
           sy::cpu::row_kernel<sy::sdk::LtArgs, sy::cpu::lt_table>(),
           sy::cpu::row_kernel<sy::sdk::LeArgs, sy::cpu::le_table>(),
           sy::cpu::row_kernel<sy::sdk::GtArgs, sy::cpu::gt_table>(),
           sy::cpu::row_kernel<sy::sdk::GeArgs, sy::cpu::ge_table>());
#endif
