// 1x1 convolutions as one matrix product per image: no patches, and no other layout of the images.
#pragma once

#include "loops/conv_shape.h"

namespace sy::cpu {

/// Whether this form is the fast one for f32: 1x1, stride 1, no padding, one group, images of some size.
bool is_pointwise_conv(const ConvShape& shape);

/// Contiguous f32 arrays; outputs are overwritten, bias may be null.
void pointwise_conv(const sdk::Call& call, const ConvShape& shape, const float* input, const float* weight,
                    const float* bias, float* output);
void pointwise_conv_backward_input(const sdk::Call& call, const ConvShape& shape, const float* grad,
                                   const float* weight, float* grad_input);
void pointwise_conv_backward_weight(const sdk::Call& call, const ConvShape& shape, const float* grad,
                                    const float* input, float* grad_weight);

}  // namespace sy::cpu
