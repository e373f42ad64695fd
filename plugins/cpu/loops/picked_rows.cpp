#include "loops/picked_rows.h"

#include <cstring>
#include <optional>

#include "loops/compute_copy.h"
#include "loops/move_dispatch.h"
#include "loops/parallel.h"
#include "loops/pointwise.h"

namespace sy::cpu {
namespace {

// Columns that are walked together: a cache line of f32 in the result, and in the matrix few enough lines to stay near.
constexpr std::int64_t kColumns = 16;

template <class U>
void walk(const U* from, std::int64_t row_step, std::int64_t step, std::int64_t columns, const Indices& rows, U* to) {
  parallel_for(rows.count(), grain_for(columns), [=, &rows](std::int64_t begin, std::int64_t end) {
    for (std::int64_t column = 0; column < columns; column += kColumns) {
      const std::int64_t used = std::min(kColumns, columns - column);
      for (std::int64_t i = begin; i < end; ++i) {
        const U* x = from + rows[i] * row_step + column * step;
        U* out = to + i * columns + column;
        if (used == kColumns) {
          for (std::int64_t c = 0; c < kColumns; ++c) out[c] = x[c * step];
        } else {
          for (std::int64_t c = 0; c < used; ++c) out[c] = x[c * step];
        }
      }
    }
  });
}

}  // namespace

void pick_rows(const sdk::Call& call, const sdk::Tensor& matrix, const Indices& rows, char* to) {
  const std::uint32_t item = item_size(matrix.dtype());
  const std::int64_t columns = matrix.size(1);
  const std::int64_t bytes = columns * item;
  const char* from = operand(matrix).data;
  std::int64_t row_bytes = matrix.stride(0) * item;
  std::optional<Scratch<char>> copy;
  if (matrix.stride(1) != 1 && columns > 1) {
    if (rows.count() <= matrix.size(0)) {
      return visit_item(item, [&](auto tag) {
        using U = typename decltype(tag)::type;
        walk(reinterpret_cast<const U*>(from), matrix.stride(0), matrix.stride(1), columns, rows,
             reinterpret_cast<U*>(to));
      });
    }
    // Rows are wanted more than once: a copy of the matrix is cheaper than walking them each time.
    copy.emplace(call, static_cast<std::size_t>(matrix.numel() * item));
    std::int64_t strides[kMaxDims];
    copy_elements(operand(matrix), array_operand(matrix, copy->data(), matrix.dtype(), strides));
    from = copy->data();
    row_bytes = bytes;
  }
  parallel_for(rows.count(), grain_for(bytes / 4), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      std::memcpy(to + i * bytes, from + rows[i] * row_bytes, static_cast<std::size_t>(bytes));
    }
  });
}

}  // namespace sy::cpu
