// f16 and bf16 to f32 and back, contiguous runs. Rounds to nearest even; overflow gives infinity, NaN stays NaN.
#pragma once

#include <cstdint>

namespace sy::cpu {

/// `half_dtype` is SY_F16 or SY_BF16. Source and destination may not overlap.
void half_to_float(std::uint32_t half_dtype, const void* from, float* to, std::int64_t n);
void float_to_half(std::uint32_t half_dtype, const float* from, void* to, std::int64_t n);

}  // namespace sy::cpu
