#include "switchyard/nn/embedding.h"

#include "switchyard/nn/init.h"

namespace sy::nn {

Embedding::Embedding(std::int64_t count, std::int64_t width, std::int64_t padding_idx) : padding_idx_(padding_idx) {
  require(count > 0 && width > 0, "Embedding: expected positive sizes, got ", count, " and ", width);
  require(padding_idx >= -1 && padding_idx < count, "Embedding: padding_idx ", padding_idx, " is no row of ", count);
  Tensor table = empty({count, width});
  normal_(table, 0, 1);
  if (padding_idx >= 0) table.select(0, padding_idx).fill_(0);
  weight = register_parameter("weight", table);
}

std::string Embedding::describe() const { return str_cat("Embedding(", weight.size(0), ", ", weight.size(1), ")"); }

}  // namespace sy::nn
