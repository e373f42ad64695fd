// The short way for the usual pointwise call.
#pragma once

#include "switchyard/dispatch/frame.h"

namespace sy {

/// Runs a pointwise call whose operands are contiguous tensors of one shape, dtype and synchronous host device, plus
/// plain numbers. False, with nothing done, when the call is anything else: the general prologue takes it.
bool fast_pointwise(Frame& frame);

/// Runs a call of another kind, for fresh results, where all tensors are on one synchronous host device and of the dtypes
/// that the kernel wants. False, with nothing done, when the call is anything else. Throws sy::Error as the general
/// prologue would.
bool fast_function(Frame& frame);

}  // namespace sy
