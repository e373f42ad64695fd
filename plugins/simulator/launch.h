// Runs reference's kernels as a device would: later, on a stream's thread, in memory that the caller cannot see.
#pragma once

#include "switchyard/abi/call.h"
#include "switchyard/sdk/kernel.h"

namespace sy::simulator {

/// The kernel that queues `inner`, which must live as long as the process.
sy_kernel launched(const sy_kernel& inner);

}  // namespace sy::simulator
