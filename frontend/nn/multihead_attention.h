#pragma once

#include "switchyard/nn/linear.h"

namespace sy::nn {

/// Vaswani et al. 2017: heads of softmax(Q K^T / sqrt(d)) V side by side, with learned projections. Tensors are (batch,
/// time, width).
class MultiheadAttention : public Module {
 public:
  /// heads must divide width.
  MultiheadAttention(std::int64_t width, std::int64_t heads, double dropout = 0, bool bias = true);
  /// mask: as in scaled_dot_product_attention, broadcast to (batch, heads, query time, key time).
  Tensor forward(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask = {},
                 bool causal = false);
  /// Self-attention.
  Tensor forward(const Tensor& x, bool causal = false) { return forward(x, x, x, {}, causal); }
  std::string describe() const override { return str_cat("MultiheadAttention(", width_, ", heads=", heads_, ")"); }

 private:
  Tensor split(const Tensor& x) const;

  std::int64_t width_, heads_;
  double dropout_;
  std::shared_ptr<Linear> query_, key_, value_, out_;
};

}  // namespace sy::nn
