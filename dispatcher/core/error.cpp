#include "switchyard/core/error.h"

namespace sy {

std::string_view error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kOutOfRange: return "out_of_range";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kOutOfMemory: return "out_of_memory";
    case ErrorCode::kFailedPrecondition: return "failed_precondition";
    case ErrorCode::kDeviceLost: return "device_lost";
    case ErrorCode::kInternal: return "internal";
    case ErrorCode::kNotFound: return "not_found";
  }
  return "internal";
}

absl::Status make_status(ErrorCode code, std::string_view message) {
  absl::string_view m(message.data(), message.size());
  switch (code) {
    case ErrorCode::kInvalidArgument: return absl::InvalidArgumentError(m);
    case ErrorCode::kOutOfRange: return absl::OutOfRangeError(m);
    case ErrorCode::kUnsupported: return absl::UnimplementedError(m);
    case ErrorCode::kOutOfMemory: return absl::ResourceExhaustedError(m);
    case ErrorCode::kFailedPrecondition: return absl::FailedPreconditionError(m);
    case ErrorCode::kDeviceLost: return absl::UnavailableError(m);
    case ErrorCode::kNotFound: return absl::NotFoundError(m);
    case ErrorCode::kInternal: break;
  }
  return absl::InternalError(m);
}

ErrorCode error_code(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument: return ErrorCode::kInvalidArgument;
    case absl::StatusCode::kOutOfRange: return ErrorCode::kOutOfRange;
    case absl::StatusCode::kUnimplemented: return ErrorCode::kUnsupported;
    case absl::StatusCode::kResourceExhausted: return ErrorCode::kOutOfMemory;
    case absl::StatusCode::kFailedPrecondition: return ErrorCode::kFailedPrecondition;
    case absl::StatusCode::kUnavailable: return ErrorCode::kDeviceLost;
    case absl::StatusCode::kNotFound: return ErrorCode::kNotFound;
    default: return ErrorCode::kInternal;
  }
}

void throw_status(const absl::Status& status) {
  throw Error(error_code(status), std::string(status.message()));
}

}  // namespace sy
