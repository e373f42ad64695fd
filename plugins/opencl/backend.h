// The backend's table.
#pragma once

#include "switchyard/abi/backend.h"

namespace sy::opencl {

extern const sy_backend kBackend;

}  // namespace sy::opencl
