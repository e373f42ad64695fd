// Modules from one tensor to one tensor, which Sequential chains.
#pragma once

#include "switchyard/nn/module.h"
#include "switchyard/ops/operators.h"

namespace sy::nn {

class Layer : public Module {
 public:
  virtual Tensor forward(const Tensor& x) = 0;
  Tensor operator()(const Tensor& x) { return forward(x); }
};

}  // namespace sy::nn
