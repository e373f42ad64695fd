// Files read whole and written atomically.
#pragma once

#include <string>
#include <vector>

namespace sy {

/// The whole file. Throws sy::Error naming the path.
std::vector<char> read_file(const std::string& path);
/// Writes beside path, flushes to disk and renames, so that a failure leaves an earlier file as it was. Throws
/// sy::Error.
void write_file_atomically(const std::string& path, const std::vector<std::pair<const void*, std::size_t>>& parts);

}  // namespace sy
