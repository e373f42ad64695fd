// Kernels that work along the lines of a contiguous tensor: one group per line, or one item where lines are many and
// short.
#pragma once

#include <functional>
#include <string>

#include "axis.h"
#include "launch.h"

namespace sy::opencl {

/// Ends the launch with a kernel whose parameters are `parameters` (the launch's, in order) and the geometry, and whose
/// body sees: `line`; AT(i), the position of element i; `me` and `step` for loops `for (idx i = me; i < size; i +=
/// step)`; REDUCE(v, OP), after which every item holds the merged v, a variable of type `value`; FIRST, true for one
/// item per line.
void run_lines(Launch& launch, const Axis& axis, std::uint32_t dtype, const std::string& parameters, const char* body);

}  // namespace sy::opencl
