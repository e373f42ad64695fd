// The driver of reductions. A kernel supplies functions that fold contiguous elements into accumulators; the driver
// brings dimensions, layouts, f16/bf16 and threads. The order of folding depends on shapes and strides alone, never on
// the number of threads.
#pragma once

#include "loops/grid.h"
#include "loops/parallel.h"
#include "loops/pointwise.h"
#include "loops/scratch.h"

namespace sy::cpu {

/// Rows that are folded into accumulators at a time.
inline constexpr int kFoldRows = 16;

/// How one compute type is folded. x is contiguous; `param` holds one value per accumulator, or is null.
struct Fold {
  void (*inner)(const void* x, std::int64_t n, void* acc, const void* param);  // n elements into *acc
  /// x[r][i] into acc[i], for at most kFoldRows rows in order.
  void (*outer)(const void* const* x, int rows, std::int64_t n, void* acc, const void* param);
  void (*merge)(const void* from, std::int64_t n, void* acc);  // from[i] into acc[i]
  void (*identity)(void* acc, std::int64_t n);
  std::uint32_t acc_bytes;
  std::uint32_t param_bytes;
  bool halves = false;  // takes f16 or bf16 as they are
};

/// One Fold per dtype, indexed by id.
struct FoldTable {
  Fold fold[SY_NUM_STANDARD_DTYPES] = {};
  /// Throws Error for a dtype without an entry.
  const Fold& at(std::uint32_t dtype) const {
    if (dtype >= SY_NUM_STANDARD_DTYPES || fold[dtype].inner == nullptr) {
      throw sdk::Error(SY_UNSUPPORTED, "the cpu kernel does not take %s", sdk::dtype_name(dtype));
    }
    return fold[dtype];
  }
};

/// A set of dimensions, as bits.
using DimSet = std::uint32_t;
/// dims may be absent or empty (all dimensions); negative ones count from the end. Throws Error for too many
/// dimensions.
DimSet dim_set(const std::optional<sdk::Ints>& dims, int ndim);
/// Elements that are folded into one.
std::int64_t reduced_count(const sdk::Tensor& self, DimSet dims);

/// Folds self over dims. acc: one accumulator per kept element, in row-major order, overwritten. param: likewise or
/// null.
void reduce(const sdk::Call& call, const sdk::Tensor& self, DimSet dims, const Fold& fold, void* acc,
            const void* param = nullptr);

/// Writes acc (dense, row-major, of acc_dtype) to result through row.
void store_accumulators(const void* acc, std::uint32_t acc_dtype, const sdk::Tensor& result, RowFn row,
                        const void* context = nullptr);

}  // namespace sy::cpu
