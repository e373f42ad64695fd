// floor, ceil, round (ties to even) and trunc; integers stay as they are.
#include <cmath>

#include "switchyard/sdk/ops/ceil.h"
#include "switchyard/sdk/ops/floor.h"
#include "switchyard/sdk/ops/round.h"
#include "switchyard/sdk/ops/trunc.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/rounding.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/rows-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

template <class T>
struct Floor {
  T operator()(T a) const {
    if constexpr (std::is_floating_point_v<T>) return std::floor(a);
    return a;
  }
};
template <class T>
struct Ceil {
  T operator()(T a) const {
    if constexpr (std::is_floating_point_v<T>) return std::ceil(a);
    return a;
  }
};
template <class T>
struct Round {
  T operator()(T a) const {
    if constexpr (std::is_floating_point_v<T>) return std::nearbyint(a);
    return a;
  }
};
template <class T>
struct Trunc {
  T operator()(T a) const {
    if constexpr (std::is_floating_point_v<T>) return std::trunc(a);
    return a;
  }
};

const RowTable& floor_rows() {
  static constexpr RowTable kTable = unary_table<Floor>(NumericTypes{});
  return kTable;
}
const RowTable& ceil_rows() {
  static constexpr RowTable kTable = unary_table<Ceil>(NumericTypes{});
  return kTable;
}
const RowTable& round_rows() {
  static constexpr RowTable kTable = unary_table<Round>(NumericTypes{});
  return kTable;
}
const RowTable& trunc_rows() {
  static constexpr RowTable kTable = unary_table<Trunc>(NumericTypes{});
  return kTable;
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(floor_rows);
HWY_EXPORT(ceil_rows);
HWY_EXPORT(round_rows);
HWY_EXPORT(trunc_rows);

const RowTable& floor_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(floor_rows)();
  return rows;
}
const RowTable& ceil_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(ceil_rows)();
  return rows;
}
const RowTable& round_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(round_rows)();
  return rows;
}
const RowTable& trunc_table() {
  static const RowTable& rows = HWY_DYNAMIC_DISPATCH(trunc_rows)();
  return rows;
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(rounding, sy::cpu::row_kernel<sy::sdk::FloorArgs, sy::cpu::floor_table>(),
           sy::cpu::row_kernel<sy::sdk::CeilArgs, sy::cpu::ceil_table>(),
           sy::cpu::row_kernel<sy::sdk::RoundArgs, sy::cpu::round_table>(),
           sy::cpu::row_kernel<sy::sdk::TruncArgs, sy::cpu::trunc_table>());
#endif
