#pragma once

#include "switchyard/nn/layer.h"

namespace sy::nn {

struct Conv2dOptions {
  std::vector<std::int64_t> stride{1, 1}, padding{0, 0}, dilation{1, 1};
  std::int64_t groups = 1;
  bool bias = true;
};

/// Cross-correlation of (batch, in, h, w) with (out, in / groups, kh, kw); see the operator conv2d. Weights and bias
/// from U(-b, b) with b = 1 / sqrt(in / groups * kh * kw).
class Conv2d : public Layer {
 public:
  Conv2d(std::int64_t in, std::int64_t out, IntArray kernel_size, Conv2dOptions options = {});
  Tensor forward(const Tensor& x) override {
    return conv2d(x, weight, bias, options_.stride, options_.padding, options_.dilation, options_.groups);
  }
  std::string describe() const override;

  Tensor weight, bias;

 private:
  Conv2dOptions options_;
};

}  // namespace sy::nn
