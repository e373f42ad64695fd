// Depthwise convolutions: one input channel per output channel.
#pragma once

#include "loops/conv_shape.h"

namespace sy::cpu {

/// Whether `depthwise_conv` takes the shape, and gains by it: one input channel per group, steps of one along rows. Every
/// tensor stays in the layout it has; a library would reorder both images for work that takes less time than that.
bool is_depthwise_conv(const ConvShape& s);

/// bias may be null. All contiguous f32.
void depthwise_conv(const sdk::Call& call, const ConvShape& s, const float* input, const float* weight,
                    const float* bias, float* output);

}  // namespace sy::cpu
