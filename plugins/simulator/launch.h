// Runs reference's kernels as a device would: later, on a stream's thread, in memory that the caller cannot see.
#pragma once

#include <memory>

#include "call_copy.h"
#include "simulator.h"
#include "switchyard/abi/call.h"

namespace sy::simulator {

/// A kernel of reference on one of the two backends.
struct Launched {
  const sy_kernel* inner;
  Mode mode;
};

/// Whether an output's shape depends on data.
bool is_data_dependent(const sy_call& call);
/// Runs a copied call on this thread, which is a stream's. False where it failed; the host has heard of it then.
bool run_now(const sy_kernel& kernel, std::unique_ptr<CallCopy> copy, Simulator& simulator);

/// The kernel that queues launched.inner. What it refers to must live as long as the process.
sy_kernel kernel_of(const Launched& launched);

}  // namespace sy::simulator
