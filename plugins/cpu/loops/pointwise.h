// The driver of elementwise kernels. A kernel supplies one function over contiguous runs per dtype; the driver brings
// any layout, f16/bf16 and threads to it: contiguous operands are passed as they are, the others go through small
// buffers that stay in the first-level cache.
#pragma once

#include "loops/grid.h"
#include "loops/parallel.h"
#include "switchyard/sdk/kernel.h"

namespace sy::cpu {

/// Computes n elements. Inputs and output are contiguous; out may be the same memory as an input. `context` is the
/// kernel's own. f16 and bf16 operands arrive as float.
using RowFn = void (*)(const void* const* in, void* out, std::int64_t n, const void* context);

/// Raw: f16 and bf16 arrive as they are, not as float.
enum class Halves { kConvert, kRaw };

/// One row function per T0, indexed by dtype id; null where unsupported.
struct RowTable {
  RowFn row[SY_NUM_STANDARD_DTYPES] = {};
  bool raw_bf16 = false;  // the row of bf16 takes bf16 itself

  Halves halves(std::uint32_t dtype) const { return raw_bf16 && dtype == SY_BF16 ? Halves::kRaw : Halves::kConvert; }
};

/// Runs row over the operands, the last of which is written, all of its shape (or 0-d). Throws Error for more than
/// kMaxDims dimensions or a null row.
void run_rows(const Operand* operands, int count, RowFn row, const void* context = nullptr,
              Halves halves = Halves::kConvert);

/// The operands of a pointwise call: the tensors among its arguments, in order, and its first output.
void run_pointwise(const sdk::Call& call, RowFn row, const void* context = nullptr, Halves halves = Halves::kConvert);

inline RowFn row_of(const RowTable& table, std::uint32_t dtype) {
  return dtype < SY_NUM_STANDARD_DTYPES ? table.row[dtype] : nullptr;
}
inline void run_pointwise(const sdk::Call& call, const RowTable& table, const void* context = nullptr) {
  run_pointwise(call, row_of(table, call.t(0)), context, table.halves(call.t(0)));
}

/// Whether this plugin knows what a slot of that tag is: what is no operand then is an attribute of the row's context.
inline bool is_known(std::uint32_t tag) { return tag <= SY_ARG_SCALAR_LIST; }

/// The path of small tensors: nothing but pointers. False, with nothing done, where operands are not flat, many, or
/// need conversion.
inline bool run_flat(const sy_call& call, RowFn row, const void* context, Halves halves = Halves::kConvert) {
  if ((call.flags & SY_CALL_FLAT) == 0 || row == nullptr) return false;
  const sy_tensor& out = *static_cast<const sy_tensor*>(call.outputs[0].ptr);
  if (halves == Halves::kConvert && (is_half(call.dtypes[0]) || is_half(out.dtype))) return false;
  const std::int64_t n = out.view.ndim == 0 ? 1 : out.view.shape[0];
  if (out.view.ndim > 1 || n > kGrain) return false;
  const void* in[kMaxOperands];
  int count = 0;
  for (std::uint32_t i = 0; i < call.num_args; ++i) {
    if (call.args[i].tag != SY_ARG_TENSOR) {
      if (is_known(call.args[i].tag)) continue;
      return false;  // run_pointwise says why
    }
    const sy_dl_tensor& t = static_cast<const sy_tensor*>(call.args[i].ptr)->view;
    in[count++] = static_cast<const char*>(t.data) + t.byte_offset;
  }
  row(in, static_cast<char*>(out.view.data) + out.view.byte_offset, n, context);
  return true;
}

/// A row function and its context, chosen for one call.
struct RowChoice {
  RowFn row = nullptr;
  const void* context = nullptr;
  Halves halves = Halves::kConvert;

  RowChoice() = default;  // none: the kernel declines
  RowChoice(const RowTable& table, std::uint32_t dtype, const void* c = nullptr)
      : row(row_of(table, dtype)), context(c), halves(table.halves(dtype)) {}
};

namespace detail {

template <const RowTable& (*kTable)()>
RowChoice choose_row(const sy_call& call) {
  return {kTable(), call.dtypes[0]};
}

template <RowChoice (*kChoose)(const sy_call&)>
sy_status run_row_kernel(const sy_call* call) {
  const RowChoice choice = kChoose(*call);
  if (run_flat(*call, choice.row, choice.context, choice.halves)) return SY_OK;
  return sdk::guard(call->host, call->op, [&]() -> sy_status {
    run_pointwise(sdk::Call(call), choice.row, choice.context, choice.halves);
    return SY_OK;
  });
}

}  // namespace detail

/// A pointwise kernel that is one row function, chosen by kChoose, which may not throw. It skips the argument struct:
/// for small tensors that would cost more than the arithmetic.
template <class Args, RowChoice (*kChoose)(const sy_call&)>
constexpr sy_kernel chosen_row_kernel() {
  sy_kernel kernel{};
  kernel.size = sizeof(sy_kernel);
  kernel.flags = sdk::kPointwise;
  kernel.op = Args::kOp;
  kernel.layout_hash = Args::kLayoutHash;
  kernel.run = &detail::run_row_kernel<kChoose>;
  return kernel;
}
/// The same with the row of T0 in a table.
template <class Args, const RowTable& (*kTable)()>
constexpr sy_kernel row_kernel() {
  return chosen_row_kernel<Args, &detail::choose_row<kTable>>();
}

/// 0 to 3 for elements of 1, 2, 4 and 8 bytes: indexes tables of functions that only move data.
inline int size_index(std::uint32_t item) { return item == 1 ? 0 : item == 2 ? 1 : item == 4 ? 2 : 3; }

/// A row function that moves elements of that size.
RowFn move_row(std::uint32_t item);

/// Copies from into to (same shape, same dtype), any strides.
void copy_elements(const Operand& from, const Operand& to);

}  // namespace sy::cpu
