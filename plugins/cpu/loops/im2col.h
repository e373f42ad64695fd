// Convolution as matrix products over patches: for f64, and where oneDNN has nothing.
#pragma once

#include "loops/conv_shape.h"

namespace sy::cpu {

/// Contiguous arrays of compute dtype f32 or f64; outputs are overwritten, bias may be null.
void patch_conv(const sdk::Call& call, std::uint32_t dtype, const ConvShape& shape, const void* input,
                const void* weight, const void* bias, void* output);
void patch_conv_backward_input(const sdk::Call& call, std::uint32_t dtype, const ConvShape& shape, const void* grad,
                               const void* weight, void* grad_input);
void patch_conv_backward_weight(const sdk::Call& call, std::uint32_t dtype, const ConvShape& shape, const void* grad,
                                const void* input, void* grad_weight);

}  // namespace sy::cpu
