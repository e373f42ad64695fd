// Mistakes found in the schema: collected, sorted, printed as `file:line:column: message`.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace sy::codegen {

/// Line and column count from 1; 0 where a whole file is meant.
struct Location {
  std::string file;
  int line = 0;
  int column = 0;
};

/// A scalar of the schema and where its first character stands.
struct Text {
  std::string value;
  Location location;
  bool one_line = true;  // the characters of value follow each other in the file

  /// Where character `offset` of value stands; the scalar's start where it spans lines.
  Location at(std::size_t offset) const;
};

/// Not thread-safe.
class Diagnostics {
 public:
  void error(const Location& location, const std::string& message);
  bool ok() const { return errors_.empty(); }
  /// Sorted by file, line and column, each once; at most `cap`, then one line that counts the rest.
  std::vector<std::string> messages(std::size_t cap = 50) const;
  void print(std::ostream& out) const;

 private:
  struct Error {
    Location location;
    std::string message;
  };
  std::vector<Error> errors_;
};

/// The candidate nearest to word, or "" where none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);
/// ", did you mean 'x'?" or "".
std::string suggestion(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace sy::codegen
