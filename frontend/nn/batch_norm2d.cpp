#include "switchyard/nn/batch_norm2d.h"

namespace sy::nn {

BatchNorm2d::BatchNorm2d(std::int64_t channels, double eps, double momentum, bool affine)
    : eps_(eps), momentum_(momentum) {
  require(channels > 0, "BatchNorm2d: expected a positive number of channels, got ", channels);
  if (affine) {
    weight = register_parameter("weight", ones({channels}));
    bias = register_parameter("bias", zeros({channels}));
  }
  running_mean = register_buffer("running_mean", zeros({channels}));
  running_var = register_buffer("running_var", ones({channels}));
}

Tensor BatchNorm2d::forward(const Tensor& x) {
  require(x.dim() == 4, "BatchNorm2d: expected 4 dimensions, got shape ", shape_str(x.shape()));
  return batch_norm(x, weight, bias, running_mean, running_var, is_training(), momentum_, eps_);
}

}  // namespace sy::nn
