// Several operands walked together: dimensions of size 1 dropped, reordered by the last operand's strides, merged.
#pragma once

#include <cstdint>

#include "switchyard/sdk/call.h"

namespace sy::cpu {

inline constexpr int kMaxDims = 32;
inline constexpr int kMaxOperands = 6;
/// Elements that a loop handles at a time when it must gather, convert or scatter.
inline constexpr std::int64_t kBlock = 1024;

/// Bytes of one element of a standard dtype; 0 for others.
inline std::uint32_t item_size(std::uint32_t dtype) {
  constexpr std::uint8_t kSizes[SY_NUM_STANDARD_DTYPES] = {1, 1, 1, 2, 4, 8, 2, 2, 4, 8};
  return dtype < SY_NUM_STANDARD_DTYPES ? kSizes[dtype] : 0;
}
inline bool is_half(std::uint32_t dtype) { return dtype == SY_F16 || dtype == SY_BF16; }
/// The dtype that arithmetic on `dtype` is done in: f32 for f16 and bf16.
inline std::uint32_t compute_dtype(std::uint32_t dtype) { return is_half(dtype) ? SY_F32 : dtype; }

/// A borrowed tensor: first element, shape and strides (in elements).
struct Operand {
  char* data = nullptr;
  const std::int64_t* shape = nullptr;
  const std::int64_t* strides = nullptr;
  int ndim = 0;
  std::uint32_t dtype = SY_DTYPE_NONE;
};

inline Operand operand(const sy_tensor& t) {
  return {static_cast<char*>(t.view.data) + t.view.byte_offset, t.view.shape, t.view.strides, t.view.ndim, t.dtype};
}
inline Operand operand(const sdk::Tensor& t) { return operand(*t.abi()); }
inline std::int64_t numel(const Operand& t) {
  std::int64_t n = 1;
  for (int d = 0; d < t.ndim; ++d) n *= t.shape[d];
  return n;
}

/// A position in a Grid: coordinates, innermost first.
struct Position {
  std::int64_t coord[kMaxDims];
};

/// Dimension 0 is the innermost. Strides are in bytes.
struct Grid {
  int ndim = 0;
  int num_operands = 0;
  std::int64_t numel = 1;
  std::int64_t size[kMaxDims];
  std::int64_t stride[kMaxOperands][kMaxDims];
  char* base[kMaxOperands];
  std::uint32_t item[kMaxOperands];

  /// Operands of equal shape (or 0-d, which is repeated). The dimensions follow the strides of the last one, which must
  /// be made positive. False when there are more than kMaxDims dimensions.
  /// keep_order leaves the logical order of elements (row-major) as it is: dimensions are only merged.
  bool build(const Operand* operands, int count, bool keep_order = false);

  /// Is operand k dense in the order of this grid?
  bool dense(int k) const;
  /// Does operand k repeat one element?
  bool constant(int k) const;

  Position at(std::int64_t index) const;
  void advance(Position& p, std::int64_t steps) const;
  char* address(int k, const Position& p) const {
    char* a = base[k];
    for (int d = 0; d < ndim; ++d) a += p.coord[d] * stride[k][d];
    return a;
  }
  /// Copies `count` elements of operand k from p on into / from contiguous memory.
  void gather(int k, const Position& p, std::int64_t count, void* to) const;
  void scatter(int k, const Position& p, std::int64_t count, const void* from) const;
};

/// Grid::build that throws Error for too many dimensions.
void build_grid(Grid& grid, const Operand* operands, int count, bool keep_order = false);

/// Contiguous copies of n elements with a stride (bytes) on one side.
void gather_run(const char* from, std::int64_t stride, std::uint32_t item, std::int64_t n, char* to);
void scatter_run(const char* from, char* to, std::int64_t stride, std::uint32_t item, std::int64_t n);

}  // namespace sy::cpu
