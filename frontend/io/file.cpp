#include "switchyard/io/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "switchyard/core/error.h"

namespace sy {
namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

[[noreturn]] void failed(const std::string& path, const char* what) {
  int code = errno;
  fail(code == ENOENT ? ErrorCode::kNotFound : ErrorCode::kFailedPrecondition, path, ": ", what, ": ",
       std::strerror(code));
}

}  // namespace

std::vector<char> read_file(const std::string& path) {
  Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) failed(path, "cannot be opened");
  struct stat info;
  if (fstat(file.fd, &info) != 0) failed(path, "cannot be examined");
  require(S_ISREG(info.st_mode), path, ": not a regular file");
  std::vector<char> data(static_cast<std::size_t>(info.st_size));
  std::size_t done = 0;
  while (done < data.size()) {
    ssize_t n = read(file.fd, data.data() + done, data.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) failed(path, "cannot be read");
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  data.resize(done);
  return data;
}

void write_file_atomically(const std::string& path, const std::vector<std::pair<const void*, std::size_t>>& parts) {
  std::string temporary = path + ".XXXXXX";
  Descriptor file{mkostemp(temporary.data(), O_CLOEXEC)};
  if (file.fd < 0) failed(path, "cannot be written");
  try {
    for (auto [data, size] : parts) {
      const char* at = static_cast<const char*>(data);
      while (size > 0) {
        ssize_t n = write(file.fd, at, size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) failed(path, "cannot be written");
        at += n;
        size -= static_cast<std::size_t>(n);
      }
    }
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(file.fd, 0666 & ~mask) != 0 || fsync(file.fd) != 0) failed(path, "cannot be written");
    if (std::rename(temporary.c_str(), path.c_str()) != 0) failed(path, "cannot be replaced");
  } catch (...) {
    unlink(temporary.c_str());
    throw;
  }
}

}  // namespace sy
