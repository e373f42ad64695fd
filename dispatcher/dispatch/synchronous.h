// A debugging mode in which errors do not come late.
#pragma once

namespace sy {

/// From now on every call on a device with streams waits for it, so that an error which queued work finds is thrown by the
/// call that caused it, with that operator's name. Slow: nothing overlaps any more. Starts on where the environment says
/// SWITCHYARD_SYNCHRONOUS=1. Process-wide, thread-safe.
void set_synchronous_calls(bool on);
bool synchronous_calls();

}  // namespace sy
