#pragma once

#include "switchyard/nn/layer.h"

namespace sy::nn {

/// Normalises each channel of (batch, channels, height, width) over batch and space (Ioffe and Szegedy 2015): by the
/// batch in training, which also moves running_mean and running_var by momentum; by those two in eval mode.
class BatchNorm2d : public Layer {
 public:
  explicit BatchNorm2d(std::int64_t channels, double eps = 1e-5, double momentum = 0.1, bool affine = true);
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return str_cat("BatchNorm2d(", running_mean.size(0), ")"); }

  Tensor weight, bias, running_mean, running_var;

 private:
  double eps_, momentum_;
};

}  // namespace sy::nn
