#include "loops/grid.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace sy::cpu {
namespace {

template <class T>
void gather_items(const char* from, std::int64_t stride, std::int64_t n, char* to) {
  T* out = reinterpret_cast<T*>(to);
  if (stride == 0) {
    T value;
    std::memcpy(&value, from, sizeof(T));
    for (std::int64_t i = 0; i < n; ++i) out[i] = value;
    return;
  }
  for (std::int64_t i = 0; i < n; ++i, from += stride) std::memcpy(&out[i], from, sizeof(T));
}

template <class T>
void scatter_items(const char* from, char* to, std::int64_t stride, std::int64_t n) {
  const T* in = reinterpret_cast<const T*>(from);
  for (std::int64_t i = 0; i < n; ++i, to += stride) std::memcpy(to, &in[i], sizeof(T));
}

}  // namespace

void gather_run(const char* from, std::int64_t stride, std::uint32_t item, std::int64_t n, char* to) {
  if (stride == static_cast<std::int64_t>(item)) {
    std::memcpy(to, from, static_cast<std::size_t>(n) * item);
    return;
  }
  switch (item) {
    case 1:
      return gather_items<std::uint8_t>(from, stride, n, to);
    case 2:
      return gather_items<std::uint16_t>(from, stride, n, to);
    case 4:
      return gather_items<std::uint32_t>(from, stride, n, to);
    default:
      return gather_items<std::uint64_t>(from, stride, n, to);
  }
}

void scatter_run(const char* from, char* to, std::int64_t stride, std::uint32_t item, std::int64_t n) {
  if (stride == static_cast<std::int64_t>(item)) {
    std::memcpy(to, from, static_cast<std::size_t>(n) * item);
    return;
  }
  switch (item) {
    case 1:
      return scatter_items<std::uint8_t>(from, to, stride, n);
    case 2:
      return scatter_items<std::uint16_t>(from, to, stride, n);
    case 4:
      return scatter_items<std::uint32_t>(from, to, stride, n);
    default:
      return scatter_items<std::uint64_t>(from, to, stride, n);
  }
}

bool Grid::build(const Operand* operands, int count, bool keep_order) {
  const Operand& last = operands[count - 1];
  num_operands = count;
  if (last.ndim > kMaxDims) return false;
  int order[kMaxDims];
  int used = 0;
  numel = 1;
  for (int d = last.ndim - 1; d >= 0; --d) {
    numel *= last.shape[d];
    if (last.shape[d] != 1) order[used++] = d;
  }
  for (int k = 0; k < count; ++k) {
    base[k] = operands[k].data;
    item[k] = item_size(operands[k].dtype);
  }
  if (!keep_order) {
    // Insertion sort by the last operand's |stride|; stable, so that ties keep row-major order.
    for (int i = 1; i < used; ++i) {
      const int d = order[i];
      int j = i;
      for (; j > 0 && std::abs(last.strides[order[j - 1]]) > std::abs(last.strides[d]); --j) order[j] = order[j - 1];
      order[j] = d;
    }
  }
  ndim = 0;
  for (int i = 0; i < used; ++i) {
    const int d = order[i];
    std::int64_t step[kMaxOperands] = {};
    for (int k = 0; k < count; ++k) {
      step[k] = operands[k].ndim == 0 ? 0 : operands[k].strides[d] * static_cast<std::int64_t>(item[k]);
    }
    if (!keep_order && step[count - 1] < 0) {
      for (int k = 0; k < count; ++k) {
        base[k] += step[k] * (last.shape[d] - 1);
        step[k] = -step[k];
      }
    }
    bool merge = ndim > 0;
    for (int k = 0; k < count && merge; ++k) merge = step[k] == stride[k][ndim - 1] * size[ndim - 1];
    if (merge) {
      size[ndim - 1] *= last.shape[d];
      continue;
    }
    size[ndim] = last.shape[d];
    for (int k = 0; k < count; ++k) stride[k][ndim] = step[k];
    ++ndim;
  }
  return true;
}

void build_grid(Grid& grid, const Operand* operands, int count, bool keep_order) {
  if (grid.build(operands, count, keep_order)) return;
  throw sdk::Error(SY_UNSUPPORTED, "the cpu kernel takes at most %d dimensions, got %d", kMaxDims,
                   operands[count - 1].ndim);
}

bool Grid::dense(int k) const {
  std::int64_t expected = item[k];
  for (int d = 0; d < ndim; ++d) {
    if (stride[k][d] != expected) return false;
    expected *= size[d];
  }
  return true;
}

bool Grid::constant(int k) const {
  for (int d = 0; d < ndim; ++d) {
    if (stride[k][d] != 0) return false;
  }
  return true;
}

Position Grid::at(std::int64_t index) const {
  Position p;
  for (int d = 0; d < ndim; ++d) {
    p.coord[d] = index % size[d];
    index /= size[d];
  }
  return p;
}

void Grid::advance(Position& p, std::int64_t steps) const {
  for (int d = 0; d < ndim && steps != 0; ++d) {
    p.coord[d] += steps;
    if (p.coord[d] < size[d]) return;
    steps = p.coord[d] / size[d];
    p.coord[d] -= steps * size[d];
  }
}

void Grid::gather(int k, const Position& start, std::int64_t count, void* to) const {
  char* out = static_cast<char*>(to);
  if (ndim == 0) {
    std::memcpy(out, base[k], item[k]);
    return;
  }
  Position p = start;
  while (count > 0) {
    const std::int64_t n = std::min(count, size[0] - p.coord[0]);
    gather_run(address(k, p), stride[k][0], item[k], n, out);
    out += n * item[k];
    count -= n;
    advance(p, n);
  }
}

void Grid::scatter(int k, const Position& start, std::int64_t count, const void* from) const {
  const char* in = static_cast<const char*>(from);
  if (ndim == 0) {
    std::memcpy(base[k], in, item[k]);
    return;
  }
  Position p = start;
  while (count > 0) {
    const std::int64_t n = std::min(count, size[0] - p.coord[0]);
    scatter_run(in, address(k, p), stride[k][0], item[k], n);
    in += n * item[k];
    count -= n;
    advance(p, n);
  }
}

}  // namespace sy::cpu
