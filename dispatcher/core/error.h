// The one exception that users see, and how it maps to absl::Status inside and to sy_status at the ABI.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "switchyard/core/strings.h"
#include "switchyard/abi/types.h"

namespace sy {

/// Same values as the ABI's sy_status.
enum class ErrorCode : int {
  kInvalidArgument = SY_INVALID_ARGUMENT,
  kOutOfRange = SY_OUT_OF_RANGE,
  kUnsupported = SY_UNSUPPORTED,
  kOutOfMemory = SY_OUT_OF_MEMORY,
  kFailedPrecondition = SY_FAILED_PRECONDITION,
  kDeviceLost = SY_DEVICE_LOST,
  kInternal = SY_INTERNAL,
  kNotFound = SY_NOT_FOUND,
};

/// "invalid_argument", "out_of_range", ...
std::string_view error_code_name(ErrorCode code);

/// A user's mistake, or a failing device. what() names operator, argument, what was expected and what came.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

absl::Status make_status(ErrorCode code, std::string_view message);
/// The code of a failed status.
ErrorCode error_code(const absl::Status& status);
/// Throws sy::Error unless status is ok.
inline void throw_if_error(const absl::Status& status);
[[noreturn]] void throw_status(const absl::Status& status);

template <typename... Parts>
[[noreturn]] void fail(ErrorCode code, const Parts&... parts) {
  throw Error(code, str_cat(parts...));
}
/// Throws an invalid-argument error made of parts unless condition holds.
template <typename... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) [[unlikely]] fail(ErrorCode::kInvalidArgument, parts...);
}
template <typename... Parts>
absl::Status invalid(const Parts&... parts) {
  return make_status(ErrorCode::kInvalidArgument, str_cat(parts...));
}

inline void throw_if_error(const absl::Status& status) {
  if (!status.ok()) [[unlikely]] throw_status(status);
}

}  // namespace sy

/// Returns from the enclosing function when the expression's status is not ok.
#define SY_RETURN_IF_ERROR(expr)                      \
  do {                                                \
    absl::Status sy_status_ = (expr);                 \
    if (!sy_status_.ok()) [[unlikely]] return sy_status_; \
  } while (false)
