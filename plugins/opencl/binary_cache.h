// Built programs on disk, so that a kernel is compiled once per machine and not once per process.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sy::opencl {

using Binary = std::vector<unsigned char>;

/// The right to make one entry, against other processes and threads. Given back at the end of its life.
class EntryLock {
 public:
  EntryLock() = default;
  explicit EntryLock(int file) : file_(file) {}
  EntryLock(EntryLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  EntryLock& operator=(EntryLock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~EntryLock();

  explicit operator bool() const { return file_ >= 0; }

 private:
  int file_ = -1;
};

/// A folder of entries. An entry holds the whole text that it was made from (source, options, device, driver), which
/// must agree on reading, and a checksum. Writers put a file of their own beside the entry and rename it, so that
/// readers see whole entries whoever else writes. Thread-safe; nothing here fails a call: without a usable folder
/// there is no cache.
class BinaryCache {
 public:
  /// $XDG_CACHE_HOME/switchyard/opencl, else ~/.cache/switchyard/opencl; empty, and so no cache, without either and in
  /// privileged processes.
  static std::filesystem::path default_folder();

  /// A folder that is not the user's own, or that others may write to, is not used: its entries are code.
  explicit BinaryCache(std::filesystem::path folder);

  bool enabled() const { return !folder_.empty(); }
  std::filesystem::path path_of(const std::string& identity) const;

  /// Waits while somebody else makes that entry, but not for ever: false after half a minute, and where the folder's file
  /// system has no locks.
  EntryLock lock(const std::string& identity) const;

  /// None where there is no entry, or a damaged one: then *rejected, and the entry is gone.
  std::optional<Binary> load(const std::string& identity, bool* rejected) const;
  void store(const std::string& identity, const Binary& binary) const;
  /// Drops an entry that the driver refuses.
  void remove(const std::string& identity) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace sy::opencl
