#include "switchyard/core/abi_error.h"

#include "switchyard/core/error.h"

namespace sy {
namespace {
thread_local std::string t_message;
}

sy_status leave_abi_error(sy_status code, const char* message) {
  t_message = message != nullptr ? message : "";
  return code;
}

std::string take_abi_error() { return std::exchange(t_message, {}); }

absl::Status status_from_abi(sy_status code, std::string_view context) {
  if (code == SY_OK) return absl::OkStatus();
  std::string message = take_abi_error();
  if (message.empty()) message = str_cat("failed with status ", code, " and no message");
  ErrorCode known = code > SY_OK && code <= SY_NOT_FOUND ? static_cast<ErrorCode>(code) : ErrorCode::kInternal;
  return make_status(known, context.empty() ? message : str_cat(context, ": ", message));
}

}  // namespace sy
