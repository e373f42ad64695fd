#include "binary_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <thread>

namespace sy::opencl {

namespace {

namespace fs = std::filesystem;

constexpr char kMagic[8] = {'S', 'Y', 'O', 'C', 'L', 'B', '0', '1'};
constexpr std::uint64_t kLimit = std::uint64_t{1} << 30;
constexpr std::chrono::seconds kPatience{30};

struct Header {
  char magic[8];
  std::uint64_t identity_size;
  std::uint64_t binary_size;
  std::uint64_t checksum;  // over identity and binary
};

/// FNV-1a, from the given start: http://www.isthe.com/chongo/tech/comp/fnv/.
std::uint64_t fnv1a(const void* data, std::size_t size, std::uint64_t hash = 0xcbf29ce484222325u) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3u;
  return hash;
}

std::uint64_t checksum_of(const std::string& identity, const Binary& binary) {
  return fnv1a(binary.data(), binary.size(), fnv1a(identity.data(), identity.size()));
}

/// True where the folder exists, made if need be, and only this user may write to it.
bool is_private_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder.parent_path(), error);
  ::mkdir(folder.c_str(), 0700);
  struct stat info;
  return ::lstat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() &&
         (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool write_all(int file, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = ::write(file, bytes, size);
    if (n <= 0) return false;
    bytes += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

fs::path BinaryCache::default_folder() {
  if (const char* cache = ::secure_getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    return fs::path(cache) / "switchyard" / "opencl";
  }
  if (const char* home = ::secure_getenv("HOME"); home != nullptr && *home == '/') {
    return fs::path(home) / ".cache" / "switchyard" / "opencl";
  }
  return {};
}

BinaryCache::BinaryCache(fs::path folder) : folder_(std::move(folder)) {
  if (!folder_.empty() && !is_private_folder(folder_)) folder_.clear();
}

fs::path BinaryCache::path_of(const std::string& identity) const {
  char name[48];
  std::snprintf(name, sizeof name, "%016llx%016llx.bin",
                static_cast<unsigned long long>(fnv1a(identity.data(), identity.size())),
                static_cast<unsigned long long>(fnv1a(identity.data(), identity.size(), identity.size())));
  return folder_ / name;
}

EntryLock::~EntryLock() {
  if (file_ >= 0) ::close(file_);
}

EntryLock BinaryCache::lock(const std::string& identity) const {
  if (!enabled()) return {};
  const int file = ::open((folder_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return {};
  EntryLock lock(file);
  // One byte of the file per entry. The lock belongs to this opening of the file, so that threads exclude each other, too.
  struct flock byte {};
  byte.l_type = F_WRLCK;
  byte.l_whence = SEEK_SET;
  byte.l_start = static_cast<off_t>(fnv1a(identity.data(), identity.size()) >> 2);
  byte.l_len = 1;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (::fcntl(file, F_OFD_SETLK, &byte) != 0) {
    const bool taken = errno == EAGAIN || errno == EACCES;
    if (!taken || std::chrono::steady_clock::now() > deadline) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return lock;
}

std::optional<Binary> BinaryCache::load(const std::string& identity, bool* rejected) const {
  *rejected = false;
  if (!enabled()) return std::nullopt;
  std::ifstream file(path_of(identity), std::ios::binary);
  if (!file) return std::nullopt;
  Header header;
  std::string stored;
  Binary binary;
  bool whole = false;
  if (file.read(reinterpret_cast<char*>(&header), sizeof header) &&
      std::memcmp(header.magic, kMagic, sizeof kMagic) == 0 && header.identity_size == identity.size() &&
      header.binary_size > 0 && header.binary_size < kLimit) {
    stored.resize(identity.size());
    binary.resize(static_cast<std::size_t>(header.binary_size));
    whole = file.read(stored.data(), static_cast<std::streamsize>(stored.size())) &&
            file.read(reinterpret_cast<char*>(binary.data()), static_cast<std::streamsize>(binary.size())) &&
            stored == identity && header.checksum == checksum_of(identity, binary);
  }
  if (whole) return binary;
  *rejected = true;
  remove(identity);
  return std::nullopt;
}

void BinaryCache::store(const std::string& identity, const Binary& binary) const {
  if (!enabled() || binary.empty()) return;
  static std::atomic<unsigned> counter{0};
  const fs::path target = path_of(identity);
  fs::path temporary = target;
  temporary += "." + std::to_string(::getpid()) + "." + std::to_string(counter++) + ".tmp";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return;
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.identity_size = identity.size();
  header.binary_size = binary.size();
  header.checksum = checksum_of(identity, binary);
  bool written = write_all(file, &header, sizeof header) && write_all(file, identity.data(), identity.size()) &&
                 write_all(file, binary.data(), binary.size());
  written = ::close(file) == 0 && written;
  std::error_code error;
  if (written) fs::rename(temporary, target, error);
  if (!written || error) fs::remove(temporary, error);
}

void BinaryCache::remove(const std::string& identity) const {
  std::error_code error;
  fs::remove(path_of(identity), error);
}

}  // namespace sy::opencl
