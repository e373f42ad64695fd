// Whether there is anything behind the ICD loader, found out without starting it.
#pragma once

#include <string>

namespace sy::opencl {

/// Empty where at least one OpenCL driver is registered and may be used, else the reason why none can be. Reads
/// directories alone: a driver that starts would bring threads and a compiler into programs that never use it.
std::string no_driver_reason();

}  // namespace sy::opencl
