// Error messages that cross the ABI: a plugin leaves one per thread, the host picks it up with the returned code.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "switchyard/abi/types.h"

namespace sy {

/// sy_host.error: keeps a copy of message for this thread and returns code.
sy_status leave_abi_error(sy_status code, const char* message);
/// The message left on this thread since the last call, which is cleared.
std::string take_abi_error();
/// OK, or the failure with `context` and the message the plugin left.
absl::Status status_from_abi(sy_status code, std::string_view context);

}  // namespace sy
