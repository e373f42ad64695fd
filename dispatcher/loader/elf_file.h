// Reads parts of a file that may be damaged.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace sy {

class ElfFile {
 public:
  explicit ElfFile(const std::string& path) : in_(path, std::ios::binary) {
    if (in_) {
      in_.seekg(0, std::ios::end);
      size_ = static_cast<std::uint64_t>(in_.tellg());
    }
  }
  bool ok() const { return static_cast<bool>(in_); }
  /// False, with nothing of use in data, where the file does not reach that far.
  bool read(std::uint64_t offset, void* data, std::uint64_t bytes) {
    if (!holds(offset, bytes)) return false;
    in_.seekg(static_cast<std::streamoff>(offset));
    in_.read(static_cast<char*>(data), static_cast<std::streamsize>(bytes));
    return static_cast<bool>(in_);
  }
  bool holds(std::uint64_t offset, std::uint64_t bytes) const { return offset <= size_ && bytes <= size_ - offset; }

 private:
  std::ifstream in_;
  std::uint64_t size_ = 0;
};

}  // namespace sy
