#include "switchyard/testing/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "switchyard/core/error.h"
#include "switchyard/core/sanitizer.h"

namespace sy::testing {
namespace {

// A message: its size in bytes, then per text its size and its bytes.
void put(std::string& to, std::uint32_t n) { to.append(reinterpret_cast<const char*>(&n), sizeof n); }

std::string encode(const Message& message) {
  std::string body;
  for (const std::string& text : message) {
    put(body, static_cast<std::uint32_t>(text.size()));
    body += text;
  }
  std::string all;
  put(all, static_cast<std::uint32_t>(body.size()));
  return all + body;
}

std::uint32_t number_at(const std::string& from, std::size_t at) {
  std::uint32_t n = 0;
  std::memcpy(&n, from.data() + at, sizeof n);
  return n;
}

Message decode(const std::string& buffer, std::size_t begin, std::size_t end) {
  Message message;
  while (begin + sizeof(std::uint32_t) <= end) {
    std::uint32_t size = number_at(buffer, begin);
    begin += sizeof size;
    message.push_back(buffer.substr(begin, size));
    begin += size;
  }
  return message;
}

/// All of it, however often it is interrupted. A parent that is gone ends the child.
void write_all(int fd, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) _exit(1);
    done += static_cast<std::size_t>(n);
  }
}

void make_pipe(int (&ends)[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) fail(ErrorCode::kInternal, "pipe: ", std::strerror(errno));
}

/// Whatever fd holds at the moment; false at its end.
bool read_available(int fd, std::string* to) {
  char chunk[65536];
  while (true) {
    ssize_t n = ::read(fd, chunk, sizeof chunk);
    if (n > 0) {
      to->append(chunk, static_cast<std::size_t>(n));
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    return n < 0 && errno == EAGAIN;
  }
}

[[noreturn]] void run_body(const std::function<void(const Send&)>& body, int messages) {
  int status = 0;
  try {
    body([messages](const Message& message) { write_all(messages, encode(message)); });
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    status = 1;
  }
  std::fflush(nullptr);
  // Leak checkers look when the program ends; elsewhere nothing of a plugin has to run then.
  if (kSanitized) std::exit(status);
  _exit(status);
}

}  // namespace

Child::Child(const std::function<void(const Send&)>& body) {
  int messages[2], errors[2];
  make_pipe(messages);
  make_pipe(errors);
  std::fflush(nullptr);
  pid_ = fork();
  if (pid_ < 0) fail(ErrorCode::kInternal, "fork: ", std::strerror(errno));
  if (pid_ == 0) {
    ::close(messages[0]);
    ::close(errors[0]);
    signal(SIGPIPE, SIG_IGN);
    // Plugins may print: not among the report.
    dup2(errors[1], STDERR_FILENO);
    dup2(errors[1], STDOUT_FILENO);
    run_body(body, messages[1]);
  }
  ::close(messages[1]);
  ::close(errors[1]);
  messages_ = messages[0];
  errors_ = errors[0];
  for (int fd : {messages_, errors_}) fcntl(fd, F_SETFL, O_NONBLOCK);
}

Child::~Child() {
  if (!waited_) {
    kill();
    wait();
  }
  ::close(messages_);
  ::close(errors_);
}

bool Child::take(std::vector<Message>* messages) {
  bool open = read_available(messages_, &buffer_);
  std::size_t at = 0;
  while (buffer_.size() - at >= sizeof(std::uint32_t)) {
    std::size_t size = number_at(buffer_, at);
    std::size_t begin = at + sizeof(std::uint32_t);
    if (buffer_.size() - begin < size) break;
    messages->push_back(decode(buffer_, begin, begin + size));
    at = begin + size;
  }
  buffer_.erase(0, at);
  return open;
}

void Child::take_errors() {
  constexpr std::size_t kKept = 8000;
  read_available(errors_, &printed_);
  if (printed_.size() > 2 * kKept) printed_.erase(0, printed_.size() - kKept);
}

void Child::kill() {
  if (pid_ > 0 && !waited_) ::kill(pid_, SIGKILL);
}

std::string Child::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  waited_ = true;
  take_errors();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "";
  std::string text = WIFSIGNALED(status)
                         ? str_cat("crashed with signal ", WTERMSIG(status), " (", strsignal(WTERMSIG(status)), ")")
                         : str_cat("ended the process with status ", WEXITSTATUS(status));
  constexpr std::size_t kShown = 1500;
  if (printed_.empty()) return text;
  std::string last = printed_.size() > kShown ? printed_.substr(printed_.size() - kShown) : printed_;
  return str_cat(text, "; it printed last:\n", last);
}

}  // namespace sy::testing
