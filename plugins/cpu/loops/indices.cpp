#include "loops/indices.h"

#include <atomic>

#include "loops/grid.h"
#include "loops/parallel.h"

namespace sy::cpu {
namespace {

// n indices counted from the start. False where one is out of range.
template <class T>
bool normalise(const T* from, std::int64_t n, std::int64_t size, std::int64_t wrap, std::int64_t* to) {
  bool outside = false;
  for (std::int64_t i = 0; i < n; ++i) {
    std::int64_t index = from[i];
    index += index >> 63 & wrap;
    outside |= static_cast<std::uint64_t>(index) >= static_cast<std::uint64_t>(size);
    to[i] = index;
  }
  return !outside;
}

template <class T>
void load_indices(const sdk::Tensor& tensor, std::int64_t size, int dim, const char* argument, bool allow_negative,
                  std::int64_t* to) {
  const Operand source = operand(tensor);
  Grid grid;
  build_grid(grid, &source, 1, true);
  const std::int64_t wrap = allow_negative ? size : 0;
  std::atomic<bool> inside{true};
  parallel_for(grid.numel, kGrain, [&](std::int64_t begin, std::int64_t end) {
    if (grid.dense(0)) {
      if (!normalise(reinterpret_cast<const T*>(grid.base[0]) + begin, end - begin, size, wrap, to + begin)) {
        inside = false;
      }
      return;
    }
    T block[kBlock];
    Position p = grid.at(begin);
    for (std::int64_t i = begin; i < end; i += kBlock) {
      const std::int64_t n = std::min(kBlock, end - i);
      grid.gather(0, p, n, block);
      if (!normalise(block, n, size, wrap, to + i)) inside = false;
      grid.advance(p, n);
    }
  });
  if (inside) return;
  for (std::int64_t i = 0;; ++i) {
    if (to[i] >= 0 && to[i] < size) continue;
    throw sdk::Error(SY_OUT_OF_RANGE, "index %lld is out of range for dimension %d of size %lld (argument %s)",
                     static_cast<long long>(to[i] < 0 ? to[i] - wrap : to[i]), dim, static_cast<long long>(size),
                     argument);
  }
}

}  // namespace

Indices::Indices(const sdk::Call& call, const sdk::Tensor& tensor, std::int64_t size, int dim, const char* argument,
                 bool allow_negative)
    : memory_(call, static_cast<std::size_t>(tensor.numel())), data_(memory_.data()), count_(tensor.numel()) {
  if (count_ == 0) return;
  const auto load = tensor.dtype() == SY_I32 ? &load_indices<std::int32_t> : &load_indices<std::int64_t>;
  load(tensor, size, dim, argument, allow_negative, memory_.data());
}

void fill_offsets(const std::int64_t* shape, const std::int64_t* strides, int begin, int end, std::int64_t* offsets) {
  std::int64_t count = 1;
  offsets[0] = 0;
  for (int d = begin; d < end; ++d) {
    // Each offset so far becomes a run along dimension d; from the back, so that nothing is overwritten too early.
    const std::int64_t size = shape[d];
    for (std::int64_t i = count - 1; i >= 0; --i) {
      const std::int64_t base = offsets[i];
      for (std::int64_t k = size - 1; k >= 0; --k) offsets[i * size + k] = base + k * strides[d];
    }
    count *= size;
  }
}

}  // namespace sy::cpu
