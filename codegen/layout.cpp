#include "codegen/layout.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <sstream>

namespace sy::codegen {
namespace {

std::size_t indent_of(const std::string& line) {
  std::size_t at = line.find_first_not_of(' ');
  return at == std::string::npos ? 0 : at;
}

std::string pack(const std::string& head, const std::vector<std::string>& items, const std::string& tail,
                 std::size_t column) {
  std::string out;
  std::string line = head;
  for (std::size_t i = 0; i < items.size(); ++i) {
    bool last = i + 1 == items.size();
    std::string piece = items[i] + (last ? tail : ",");
    if (i != 0) {
      if (line.size() + 1 + piece.size() <= kColumns) {
        line += " ";
      } else {
        out += line + "\n";
        line = std::string(column, ' ');
      }
    }
    line += piece;
  }
  return out + line;
}

bool fits(const std::string& text) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.size() > kColumns) return false;
  }
  return true;
}

}  // namespace

std::string join(const std::vector<std::string>& items, const std::string& separator) {
  std::string all;
  for (std::size_t i = 0; i < items.size(); ++i) all += (i == 0 ? "" : separator) + items[i];
  return all;
}

std::string wrap_list(const std::string& head, const std::vector<std::string>& items, const std::string& tail) {
  std::string one = head + join(items, ", ") + tail;
  if (one.size() <= kColumns || items.empty()) return one;
  std::string aligned = pack(head, items, tail, head.size());
  if (head.size() <= kColumns * 2 / 3 && fits(aligned)) return aligned;
  std::size_t column = indent_of(head) + 4;
  return pack(head + "\n" + std::string(column, ' '), items, tail, column);
}

std::string wrap_code(const std::string& line) {
  if (line.size() <= kColumns) return line;
  std::size_t indent = indent_of(line) + 4;
  std::string out;
  std::string rest = line;
  while (rest.size() > kColumns) {
    std::size_t cut = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < kColumns && i < rest.size(); ++i) {
      if (rest[i] == '"' && (i == 0 || rest[i - 1] != '\\')) quoted = !quoted;
      bool operand_follows = i >= 1 && (rest[i - 1] == ',' || rest[i - 1] == '*' || rest[i - 1] == '+' ||
                                        rest[i - 1] == '/' || rest[i - 1] == '=');
      if (!quoted && rest[i] == ' ' && operand_follows && i > indent) cut = i;
    }
    if (cut == 0) break;
    out += rest.substr(0, cut) + "\n";
    rest = std::string(indent, ' ') + rest.substr(cut + 1);
  }
  return out + rest;
}

std::string comment(const std::string& text, const std::string& prefix) {
  std::string out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    while (prefix.size() + line.size() > kColumns) {
      std::size_t cut = line.rfind(' ', kColumns - prefix.size());
      if (cut == std::string::npos || cut == 0) break;
      out += prefix + line.substr(0, cut) + "\n";
      line = line.substr(cut + 1);
    }
    std::string whole = prefix + line;
    // A backslash at the end would continue the comment into the next line.
    while (!whole.empty() && (whole.back() == ' ' || whole.back() == '\\')) whole.pop_back();
    out += whole + "\n";
  }
  return out;
}

std::string string_literal(const std::string& text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[i];
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '?' && i > 0 && text[i - 1] == '?') {
      out += "\\?";
    } else if (c < 0x20 || c == 0x7f) {
      char buffer[8];
      std::snprintf(buffer, sizeof(buffer), "\\%03o", c);
      out += buffer;
    } else {
      out += text[i];
    }
  }
  return out + "\"";
}

std::string double_literal(double value) {
  if (std::isnan(value)) return "std::numeric_limits<double>::quiet_NaN()";
  if (std::isinf(value)) return std::string(value < 0 ? "-" : "") + "std::numeric_limits<double>::infinity()";
  char buffer[40];
  auto [end, status] = std::to_chars(buffer, buffer + sizeof(buffer), value);
  std::string text(buffer, status == std::errc() ? end : buffer);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string hex_literal(std::uint64_t value, const std::string& suffix) {
  char buffer[24];
  std::snprintf(buffer, sizeof(buffer), "0x%016llx", static_cast<unsigned long long>(value));
  return buffer + suffix;
}

}  // namespace sy::codegen
