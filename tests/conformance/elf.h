// What a shared library's file says of its symbols and of what it needs, without opening the library.
#pragma once

#include <string>
#include <vector>

namespace sy::testing {

struct LibraryFile {
  std::vector<std::string> exported;   // defined and visible
  std::vector<std::string> undefined;  // that must be found; weak ones may stay missing
  std::vector<std::string> weak;       // undefined, and may stay so
  std::vector<std::string> needed;     // libraries, in order
  std::vector<std::string> search;     // DT_RPATH and DT_RUNPATH, entry by entry
  bool executable_stack = false;
  bool text_relocations = false;
};

/// Throws sy::Error for a file that is no complete 64-bit shared library, or lacks its section headers.
LibraryFile read_library_file(const std::string& path);

/// "none", "address", "thread", "memory", "undefined" or several with a comma: from the symbols that it refers to.
std::string sanitizers_of(const LibraryFile& library);
/// Whether the symbol belongs to a sanitizer's runtime, which lives in the program.
bool is_sanitizer_symbol(const std::string& name);

}  // namespace sy::testing
