// Who may change the files that code is loaded from.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace sy {

/// Runs with more rights than whoever started it has: its environment is not to be trusted.
bool is_privileged();

/// Refuses a plugin that somebody else may exchange: the file, and every directory above it, must not be writable by
/// everyone (a sticky directory, as /tmp, will do where the file is the user's own or root's), nor, for a privileged
/// process, by a group. path is absolute and free of links.
absl::Status check_plugin_file(const std::string& path, bool privileged);
/// Refuses a directory to take plugins from where somebody else may put one: sticky ones, too.
absl::Status check_plugin_directory(const std::string& path, bool privileged);

}  // namespace sy
