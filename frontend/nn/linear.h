#pragma once

#include "switchyard/nn/layer.h"

namespace sy::nn {

/// y = x W^T + b for x (..., in), W (out, in), b (out), both drawn from U(-1/sqrt(in), 1/sqrt(in)).
class Linear : public Layer {
 public:
  Linear(std::int64_t in, std::int64_t out, bool bias = true);
  Tensor forward(const Tensor& x) override { return linear(x, weight, bias); }
  std::string describe() const override;

  Tensor weight, bias;
};

}  // namespace sy::nn
