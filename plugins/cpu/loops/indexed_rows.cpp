#include "loops/indexed_rows.h"

#include <algorithm>

namespace sy::cpu {

IndexedRows::IndexedRows(const sdk::Call& call, const sdk::Tensor& tensor, const sdk::TensorList& indices)
    : count_(indices.size() == 0 ? 1 : indices[0].numel()),
      memory_(call, static_cast<std::size_t>(count_)),
      rows_(memory_.data()) {
  std::int64_t* rows = memory_.data();
  std::fill(rows, rows + count_, std::int64_t{0});
  const int k = static_cast<int>(indices.size());
  for (int d = 0; d < k; ++d) {
    const std::int64_t size = tensor.size(d);
    const Indices index(call, indices[static_cast<std::size_t>(d)], size, d, "indices");
    for (std::int64_t i = 0; i < count_; ++i) rows[i] = rows[i] * size + index[i];
  }
  for (int d = k; d < tensor.ndim(); ++d) width_ *= tensor.size(d);
}

}  // namespace sy::cpu
