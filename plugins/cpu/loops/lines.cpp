#include "loops/lines.h"

#include <algorithm>
#include <cstring>

#include "loops/convert.h"
#include "loops/move_dispatch.h"

namespace sy::cpu {
namespace {

// A tile: steps of several lines, one step of all lines after the other.
constexpr std::int64_t kTileLines = 32;
constexpr std::int64_t kTileSteps = kBlock / kTileLines;

struct Tile {
  alignas(64) char values[kBlock * 8];
  alignas(64) std::uint16_t half[kBlock] = {};
};

// Between a tile and lines of `size` elements that follow each other, from element `at` on.
template <class U>
void untile(const U* tile, std::int64_t lines, std::int64_t steps, std::int64_t size, std::int64_t at, U* to) {
  for (std::int64_t k = 0; k < lines; ++k) {
    for (std::int64_t s = 0; s < steps; ++s) to[k * size + at + s] = tile[s * kTileLines + k];
  }
}
template <class U>
void fill_tile(const U* from, std::int64_t lines, std::int64_t steps, std::int64_t size, std::int64_t at, U* tile) {
  for (std::int64_t k = 0; k < lines; ++k) {
    for (std::int64_t s = 0; s < steps; ++s) tile[s * kTileLines + k] = from[k * size + at + s];
  }
}

// t without dimension dim. shape, strides: room for kMaxDims.
Operand without(const sdk::Tensor& t, int dim, std::int64_t* shape, std::int64_t* strides) {
  Operand o = operand(t);
  int ndim = 0;
  for (int d = 0; d < o.ndim; ++d) {
    if (d == dim) continue;
    shape[ndim] = o.shape[d];
    strides[ndim++] = o.strides[d];
  }
  o.shape = shape;
  o.strides = strides;
  o.ndim = ndim;
  return o;
}

}  // namespace

void LineGroup::load(void* to) const {
  const std::uint32_t item = item_size(dtype);
  const std::uint32_t wide = item_size(compute_dtype(dtype));
  const bool half = is_half(dtype);
  if (step == static_cast<std::int64_t>(item)) {
    for (std::int64_t k = 0; k < count; ++k) {
      char* line = static_cast<char*>(to) + k * size * wide;
      if (half) {
        half_to_float(dtype, data + k * line_step, reinterpret_cast<float*>(line), size);
      } else {
        std::memcpy(line, data + k * line_step, static_cast<std::size_t>(size) * item);
      }
    }
    return;
  }
  Tile tile;
  char* raw = half ? reinterpret_cast<char*>(tile.half) : tile.values;
  for (std::int64_t first = 0; first < count; first += kTileLines) {
    const std::int64_t lines = std::min(kTileLines, count - first);
    for (std::int64_t at = 0; at < size; at += kTileSteps) {
      const std::int64_t steps = std::min(kTileSteps, size - at);
      const char* from = data + first * line_step + at * step;
      for (std::int64_t s = 0; s < steps; ++s) {
        gather_run(from + s * step, line_step, item, lines, raw + s * kTileLines * item);
      }
      if (half) half_to_float(dtype, tile.half, reinterpret_cast<float*>(tile.values), steps * kTileLines);
      visit_item(wide, [&](auto tag) {
        using U = typename decltype(tag)::type;
        untile(reinterpret_cast<const U*>(tile.values), lines, steps, size, at, static_cast<U*>(to) + first * size);
      });
    }
  }
}

void LineGroup::store(const void* from) const {
  const std::uint32_t item = item_size(dtype);
  const std::uint32_t wide = item_size(compute_dtype(dtype));
  const bool half = is_half(dtype);
  if (step == static_cast<std::int64_t>(item)) {
    for (std::int64_t k = 0; k < count; ++k) {
      const char* line = static_cast<const char*>(from) + k * size * wide;
      if (half) {
        float_to_half(dtype, reinterpret_cast<const float*>(line), data + k * line_step, size);
      } else {
        std::memcpy(data + k * line_step, line, static_cast<std::size_t>(size) * item);
      }
    }
    return;
  }
  Tile tile;
  std::memset(tile.values, 0, sizeof(tile.values));
  const char* raw = half ? reinterpret_cast<const char*>(tile.half) : tile.values;
  for (std::int64_t first = 0; first < count; first += kTileLines) {
    const std::int64_t lines = std::min(kTileLines, count - first);
    for (std::int64_t at = 0; at < size; at += kTileSteps) {
      const std::int64_t steps = std::min(kTileSteps, size - at);
      visit_item(wide, [&](auto tag) {
        using U = typename decltype(tag)::type;
        fill_tile(static_cast<const U*>(from) + first * size, lines, steps, size, at,
                  reinterpret_cast<U*>(tile.values));
      });
      if (half) float_to_half(dtype, reinterpret_cast<const float*>(tile.values), tile.half, steps * kTileLines);
      char* to = data + first * line_step + at * step;
      for (std::int64_t s = 0; s < steps; ++s) {
        scatter_run(raw + s * kTileLines * item, to + s * step, line_step, item, lines);
      }
    }
  }
}

Lines::Lines(const sdk::Tensor* tensors, int count, std::int64_t dim, std::int64_t width) : width_(width) {
  const int ndim = tensors[0].ndim();
  if (ndim > kMaxDims) throw sdk::Error(SY_UNSUPPORTED, "the cpu kernel takes at most %d dimensions", kMaxDims);
  const int axis = static_cast<int>(dim < 0 ? dim + ndim : dim);
  std::int64_t shapes[kMaxOperands][kMaxDims], strides[kMaxOperands][kMaxDims];
  Operand operands[kMaxOperands];
  if (ndim > 0) size_ = tensors[0].size(axis);
  for (int k = 0; k < count; ++k) {
    operands[k] = without(tensors[k], axis, shapes[k], strides[k]);
    dtypes_[k] = tensors[k].dtype();
    const std::int64_t item = item_size(dtypes_[k]);
    steps_[k] = size_ > 1 ? tensors[k].stride(axis) * item : item;
  }
  build_grid(grid_, operands, count);
  row_ = grid_.ndim > 0 ? grid_.size[0] : 1;
  row_groups_ = (row_ + width_ - 1) / width_;
  if (grid_.numel == 0) row_ = 1;
}

LineGroup Lines::group(int tensor, std::int64_t index) const {
  const std::int64_t line = index % row_groups_ * width_;
  const Position p = grid_.at(index / row_groups_ * row_ + line);
  return {grid_.address(tensor, p),
          dtypes_[tensor],
          std::min(width_, row_ - line),
          size_,
          grid_.ndim > 0 ? grid_.stride[tensor][0] : 0,
          steps_[tensor]};
}

}  // namespace sy::cpu
