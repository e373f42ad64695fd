// The files to write.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace sy::codegen {

/// The contents of a file, or nothing where it cannot be read (a folder, say).
std::optional<std::string> read_file(const std::filesystem::path& path);

/// Files by path relative to the output folder. Not thread-safe.
class OutputSet {
 public:
  void add(const std::string& path, std::string contents) { files_[path] = std::move(contents); }
  const std::map<std::string, std::string>& files() const { return files_; }

  /// Absolute paths below root, sorted.
  std::vector<std::string> paths(const std::filesystem::path& root) const;
  /// Writes what differs from the file that is there. False, with the reason on err, where a file cannot be written.
  bool write(const std::filesystem::path& root, std::ostream& err) const;

 private:
  std::map<std::string, std::string> files_;
};

}  // namespace sy::codegen
