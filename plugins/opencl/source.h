// The OpenCL C text that every generated kernel begins with: element types, conversions, arithmetic.
#pragma once

#include <cstdint>
#include <string>

namespace sy::opencl {

/// The arithmetic that a dtype is computed in: double for f64, float for the other floating ones, else long.
const char* compute_type(std::uint32_t dtype);
/// How a dtype lies in memory: f16 and bf16 as ushort, bool as uchar.
const char* storage_type(std::uint32_t dtype);
/// An expression that makes `value`, of the compute type of `from`, an element of `to` as the schema's `cast` does.
std::string converted(std::uint32_t from, std::uint32_t to, const std::string& value);

/// Definitions for operand k of that dtype: storage type T<k>, compute type C<k>, LOAD<k>(p, i), STORE<k>(p, i, value),
/// and over the parameters that OUT<k> and IN<k> declare, GET<k>(i), PUT<k>(i, value) and RAW<k>(i).
std::string operand_source(int k, std::uint32_t dtype);
/// The same for scratch memory that holds plain elements of an OpenCL type.
std::string operand_source(int k, const std::string& type);

/// Conversions of 16-bit floats, arithmetic that wraps, indices that are checked; idx is int, or long where `wide`.
std::string prelude(bool wide, bool fp64);

}  // namespace sy::opencl
