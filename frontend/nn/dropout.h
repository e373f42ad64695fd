#pragma once

#include "switchyard/nn/layer.h"

namespace sy::nn {

/// In training, zeroes each element with probability p and scales the rest by 1 / (1 - p); the identity in eval mode.
class Dropout : public Layer {
 public:
  explicit Dropout(double p = 0.5) : p_(p) {
    require(p >= 0 && p <= 1, "Dropout: expected a probability between 0 and 1, got ", p);
  }
  Tensor forward(const Tensor& x) override { return dropout(x, p_, is_training()); }
  std::string describe() const override { return str_cat("Dropout(p=", p_, ")"); }

 private:
  double p_;
};

}  // namespace sy::nn
