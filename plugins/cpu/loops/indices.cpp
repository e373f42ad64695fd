#include "loops/indices.h"

#include "loops/grid.h"

namespace sy::cpu {
namespace {

template <class T>
void load_indices(const sdk::Tensor& tensor, std::int64_t size, int dim, const char* argument, bool allow_negative,
                  std::int64_t* to) {
  const Operand source = operand(tensor);
  Grid grid;
  build_grid(grid, &source, 1, true);
  Position p = grid.at(0);
  for (std::int64_t i = 0; i < grid.numel; ++i, grid.advance(p, 1)) {
    const std::int64_t index = *reinterpret_cast<const T*>(grid.address(0, p));
    if (index >= size || index < (allow_negative ? -size : 0)) {
      throw sdk::Error(SY_OUT_OF_RANGE, "index %lld is out of range for dimension %d of size %lld (argument %s)",
                       static_cast<long long>(index), dim, static_cast<long long>(size), argument);
    }
    to[i] = index < 0 ? index + size : index;
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

void dense_strides(const std::int64_t* shape, int ndim, std::int64_t* strides) {
  std::int64_t step = 1;
  for (int d = ndim - 1; d >= 0; --d) {
    strides[d] = step;
    step *= shape[d];
  }
}

}  // namespace sy::cpu
