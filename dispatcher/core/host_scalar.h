// Single values in host memory: conversions between the standard dtypes.
#pragma once

#include "switchyard/core/scalar.h"

namespace sy {

/// Reads one element of a standard dtype.
Scalar read_element(const void* data, Dtype dtype);
/// Writes v as one element, at most 8 bytes: integers wrap, floats to integers truncate and saturate, f16 and bf16
/// round to nearest even.
void write_element(void* data, Dtype dtype, const Scalar& v);

float half_to_float(std::uint16_t bits);
std::uint16_t float_to_half(float value);
float bfloat_to_float(std::uint16_t bits);
std::uint16_t float_to_bfloat(float value);

}  // namespace sy
