// Laying out generated text: wrapping, comments, literals.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sy::codegen {

inline constexpr std::size_t kColumns = 120;

/// head + "a, b, c" + tail in one line, or wrapped: aligned behind head, or indented by 4 more where head is long.
/// head may begin with spaces. No newline at the end.
std::string wrap_list(const std::string& head, const std::vector<std::string>& items, const std::string& tail);
/// Breaks a line that is too long behind commas and operators, never inside a string literal.
std::string wrap_code(const std::string& line);
/// Each line of text behind prefix ("/// "), long ones wrapped at spaces; ends with a newline.
std::string comment(const std::string& text, const std::string& prefix);
/// A C++ and C string literal.
std::string string_literal(const std::string& text);
/// Shortest text that reads back as the same double; always with a point, an exponent or a name, so that it is no
/// integer literal.
std::string double_literal(double value);
/// 0x%016x with the given suffix.
std::string hex_literal(std::uint64_t value, const std::string& suffix);
std::string join(const std::vector<std::string>& items, const std::string& separator);

}  // namespace sy::codegen
