// Adding into a tensor with one rounding per element, however many values it takes.
#pragma once

#include <functional>

#include "launch.h"

namespace sy::opencl {

/// Calls add(target), which adds the next operand of its launch to a launch: the result itself, or, for f16 and bf16, a
/// float copy of it that is rounded into the result afterwards. Bodies read and write operand 0 by GET0 and PUT0.
void with_wide_sums(const sdk::Call& call, const sdk::Tensor& result,
                    const std::function<void(const std::function<void(Launch&)>& target)>& add);
/// Defines SUM(a, b) over the compute type of dtype; for bool, logical or.
const char* sum_source(std::uint32_t dtype);

}  // namespace sy::opencl
