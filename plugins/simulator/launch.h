// Runs reference's kernels as a device would: later, on a stream's thread, in memory that the caller cannot see.
#pragma once

#include "simulator.h"
#include "switchyard/abi/call.h"

namespace sy::simulator {

/// A kernel of reference on one of the two backends.
struct Launched {
  const sy_kernel* inner;
  Mode mode;
};

/// The kernel that queues launched.inner. What it refers to must live as long as the process.
sy_kernel kernel_of(const Launched& launched);

}  // namespace sy::simulator
