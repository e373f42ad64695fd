#pragma once

#include "switchyard/nn/layer.h"

namespace sy::nn {

/// Rows of a table (count, width) by index, drawn from N(0, 1). The row padding_idx is zero and takes no gradient; -1:
/// none.
class Embedding : public Layer {
 public:
  Embedding(std::int64_t count, std::int64_t width, std::int64_t padding_idx = -1);
  /// Indices of any shape, i64 or i32, to that shape and width.
  Tensor forward(const Tensor& indices) override { return embedding(weight, indices, padding_idx_); }
  std::string describe() const override;

  Tensor weight;

 private:
  std::int64_t padding_idx_;
};

}  // namespace sy::nn
