// String building. Debian's Abseil has a string_view of its own, so its StrCat does not take the standard one.
#pragma once

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace sy {

template <typename T>
const T& str_piece(const T& v) {
  return v;
}
inline absl::string_view str_piece(std::string_view v) { return {v.data(), v.size()}; }

/// The parts as text, one after the other.
template <typename... Parts>
std::string str_cat(const Parts&... parts) {
  return absl::StrCat(str_piece(parts)...);
}
template <typename... Parts>
void str_append(std::string* text, const Parts&... parts) {
  absl::StrAppend(text, str_piece(parts)...);
}

}  // namespace sy
