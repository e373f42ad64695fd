// f32 and bf16 convolutions.
#pragma once

#include "loops/conv_shape.h"

namespace sy::cpu::onednn {

enum class ConvKind { kForward, kBackwardInput, kBackwardWeight };

/// Contiguous tensors of dtype SY_F32 or SY_BF16, sizes positive. kForward reads input, weight and bias (may be null)
/// and writes output; kBackwardInput reads output (the gradient) and weight and writes input; kBackwardWeight reads
/// output and input and writes weight. False, with nothing written, where oneDNN has no fast implementation.
bool convolve(const sdk::Call& call, ConvKind kind, std::uint32_t dtype, const ConvShape& shape, const void* input,
              const void* weight, const void* bias, const void* output);

}  // namespace sy::cpu::onednn
