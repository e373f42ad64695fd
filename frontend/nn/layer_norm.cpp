#include "switchyard/nn/layer_norm.h"

namespace sy::nn {

LayerNorm::LayerNorm(IntArray shape, double eps, bool affine) : shape_(shape.vec()), eps_(eps) {
  if (!affine) return;
  weight = register_parameter("weight", ones(shape));
  bias = register_parameter("bias", zeros(shape));
}

}  // namespace sy::nn
