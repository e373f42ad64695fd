#include "loops/transpose.h"

#include <algorithm>
#include <cstring>

#include "loops/parallel.h"

namespace sy::cpu {
namespace {

// Rows and columns of a tile: few enough for the compiler to turn it over in registers. Measured best of 4 to 64 for
// elements of 2 and 4 bytes, by up to a factor of two.
constexpr std::int64_t kSide = 8;

// kSide runs of as many elements of the source become columns of the target.
template <class T>
void copy_tile(const char* from, std::int64_t from_stride, char* to, std::int64_t to_stride) {
  alignas(64) T tile[kSide][kSide];
  for (std::int64_t i = 0; i < kSide; ++i) std::memcpy(tile[i], from + i * from_stride, sizeof(tile[i]));
  for (std::int64_t j = 0; j < kSide; ++j, to += to_stride) {
    T* line = reinterpret_cast<T*>(to);
    for (std::int64_t i = 0; i < kSide; ++i) line[i] = tile[i][j];
  }
}

// The same for less than a tile.
template <class T>
void copy_rest(const char* from, std::int64_t from_stride, char* to, std::int64_t to_stride, std::int64_t rows,
               std::int64_t cols) {
  for (std::int64_t j = 0; j < cols; ++j, from += sizeof(T), to += to_stride) {
    T* line = reinterpret_cast<T*>(to);
    for (std::int64_t i = 0; i < rows; ++i) line[i] = *reinterpret_cast<const T*>(from + i * from_stride);
  }
}

template <class T>
void copy_planes(const Grid& grid, int along) {
  Grid planes = grid;  // one step per plane
  planes.size[0] = planes.size[along] = 1;
  const std::int64_t rows = grid.size[0], cols = grid.size[along];
  const std::int64_t strips = (rows + kSide - 1) / kSide;
  const std::int64_t count = grid.numel / (rows * cols) * strips;
  const std::int64_t from_stride = grid.stride[0][0], to_stride = grid.stride[1][along];
  parallel_for(count, grain_for(kSide * cols), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t s = begin; s < end;) {
      const std::int64_t plane = s / strips;
      const Position p = planes.at(plane);
      const std::int64_t last = std::min(end, (plane + 1) * strips);
      for (; s < last; ++s) {
        const std::int64_t row = (s - plane * strips) * kSide;
        const char* from = grid.address(0, p) + row * from_stride;
        char* to = grid.address(1, p) + row * static_cast<std::int64_t>(sizeof(T));
        std::int64_t col = 0;
        for (; row + kSide <= rows && col + kSide <= cols; col += kSide) {
          copy_tile<T>(from, from_stride, to, to_stride);
          from += kSide * static_cast<std::int64_t>(sizeof(T));
          to += kSide * to_stride;
        }
        copy_rest<T>(from, from_stride, to, to_stride, std::min(kSide, rows - row), cols - col);
      }
    }
  });
}

}  // namespace

bool copy_transposed(const Grid& grid) {
  const std::int64_t item = grid.item[0];
  if (grid.ndim < 2 || grid.stride[1][0] != item || grid.stride[0][0] == item || grid.size[0] < kSide) return false;
  for (int d = 1; d < grid.ndim; ++d) {
    if (grid.stride[0][d] != item || grid.size[d] < kSide) continue;
    switch (item) {
      case 1:
        copy_planes<std::uint8_t>(grid, d);
        break;
      case 2:
        copy_planes<std::uint16_t>(grid, d);
        break;
      case 4:
        copy_planes<std::uint32_t>(grid, d);
        break;
      case 8:
        copy_planes<std::uint64_t>(grid, d);
        break;
      default:
        return false;
    }
    return true;
  }
  return false;
}

}  // namespace sy::cpu
