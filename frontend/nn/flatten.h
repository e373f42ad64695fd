#pragma once

#include "switchyard/nn/layer.h"

namespace sy::nn {

/// Dimensions first to last as one; keeps the batch by default.
class Flatten : public Layer {
 public:
  explicit Flatten(std::int64_t first = 1, std::int64_t last = -1) : first_(first), last_(last) {}
  Tensor forward(const Tensor& x) override { return flatten(x, first_, last_); }
  std::string describe() const override { return "Flatten()"; }

 private:
  std::int64_t first_, last_;
};

}  // namespace sy::nn
