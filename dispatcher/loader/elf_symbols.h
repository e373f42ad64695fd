// What a library wants from others, read without opening it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace sy {

/// The mangled names of the symbols that the library refers to and does not define. Empty for a file that is damaged or
/// no 64-bit library of this byte order: read_plugin_note says so.
std::vector<std::string> undefined_symbols(const std::string& path);

/// An error that names what the library would bind to in the host's own libraries: those functions change with every
/// release, so that such a plugin works by chance alone.
absl::Status check_host_symbols(const std::string& path);

}  // namespace sy
