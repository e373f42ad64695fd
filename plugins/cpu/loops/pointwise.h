// The driver of elementwise kernels. A kernel supplies one function over contiguous runs per dtype; the driver brings
// any layout, f16/bf16 and threads to it: contiguous operands are passed as they are, the others go through small
// buffers that stay in the first-level cache.
#pragma once

#include "loops/grid.h"
#include "loops/parallel.h"
#include "switchyard/sdk/call.h"

namespace sy::cpu {

/// Computes n elements. Inputs and output are contiguous; out may be the same memory as an input. `context` is the
/// kernel's own. f16 and bf16 operands arrive as float.
using RowFn = void (*)(const void* const* in, void* out, std::int64_t n, const void* context);

/// One row function per T0, indexed by dtype id; null where unsupported.
struct RowTable {
  RowFn row[SY_NUM_STANDARD_DTYPES] = {};
};

/// Raw: f16 and bf16 are moved as bits, not converted.
enum class Halves { kConvert, kRaw };

/// Runs row over the operands, the last of which is written, all of its shape (or 0-d). Throws Error for more than
/// kMaxDims dimensions or a null row.
void run_rows(const Operand* operands, int count, RowFn row, const void* context = nullptr,
              Halves halves = Halves::kConvert);

/// The operands of a pointwise call: the tensors among its arguments, in order, and its first output.
void run_pointwise(const sdk::Call& call, RowFn row, const void* context = nullptr, Halves halves = Halves::kConvert);

inline void run_pointwise(const sdk::Call& call, const RowTable& table, const void* context = nullptr) {
  const std::uint32_t t0 = call.t(0);
  run_pointwise(call, t0 < SY_NUM_STANDARD_DTYPES ? table.row[t0] : nullptr, context);
}

/// 0 to 3 for elements of 1, 2, 4 and 8 bytes: indexes tables of functions that only move data.
inline int size_index(std::uint32_t item) { return item == 1 ? 0 : item == 2 ? 1 : item == 4 ? 2 : 3; }

/// A row function that moves elements of that size.
RowFn move_row(std::uint32_t item);

/// Copies from into to (same shape, same dtype), any strides.
void copy_elements(const Operand& from, const Operand& to);

}  // namespace sy::cpu
