#pragma once

#include "switchyard/nn/layer.h"

namespace sy::nn {

/// (x - mean) / sqrt(var + eps) * weight + bias over the last dimensions (Ba, Kiros and Hinton 2016).
class LayerNorm : public Layer {
 public:
  explicit LayerNorm(IntArray shape, double eps = 1e-5, bool affine = true);
  /// LayerNorm({3, 4}), which would else be taken for a copy.
  explicit LayerNorm(std::initializer_list<std::int64_t> shape, double eps = 1e-5, bool affine = true)
      : LayerNorm(IntArray(shape), eps, affine) {}
  Tensor forward(const Tensor& x) override { return layer_norm(x, shape_, weight, bias, eps_); }
  std::string describe() const override { return str_cat("LayerNorm(", shape_str(shape_), ", eps=", eps_, ")"); }

  Tensor weight, bias;

 private:
  std::vector<std::int64_t> shape_;
  double eps_;
};

}  // namespace sy::nn
