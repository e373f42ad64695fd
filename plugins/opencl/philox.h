// Philox 4x32-10 in OpenCL C, the same numbers as switchyard/sdk/philox.h.
#pragma once

#include <cstdint>
#include <string>

#include "launch.h"

namespace sy::opencl {

/// Defines `uint4 philox(seed, offset, index)` and the parameters RNG that random_state() adds, read by WORDS(i).
std::string philox_source();
void random_state(Launch& launch, const sdk::Rng& rng);
/// An expression of the compute type over the words w: uniform in [0, 1), exact in dtype.
std::string uniform(std::uint32_t dtype);

}  // namespace sy::opencl
