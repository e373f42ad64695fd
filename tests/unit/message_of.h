// The text of the error that a function throws.
#pragma once

#include <functional>
#include <string>

#include "switchyard/core/error.h"

namespace sy {

inline std::string message_of(const std::function<void()>& fn) {
  try {
    fn();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

/// The code of that error; fails the caller's expectation by kInternal when none is thrown.
inline ErrorCode code_of(const std::function<void()>& fn) {
  try {
    fn();
  } catch (const Error& e) {
    return e.code();
  }
  return ErrorCode::kInternal;
}

}  // namespace sy
