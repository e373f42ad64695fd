#include "switchyard/loader/probe.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "switchyard/core/error.h"
#include "switchyard/core/log.h"

namespace sy {
namespace {

[[noreturn]] void run_child(const std::function<void(const std::function<void(LoadStage)>&)>& load, int pipe) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  set_log_sink([](LogLevel, std::string_view) {});  // the parent says it again
  auto stage = [pipe](LoadStage s) {
    const char byte = static_cast<char>(s);
    while (write(pipe, &byte, 1) < 0 && errno == EINTR) {
    }
  };
  try {
    load(stage);
  } catch (...) {  // an error of the host, which the parent will meet, too
  }
  stage(LoadStage::kDone);
  _exit(0);
}

const char* stage_name(char stage) {
  switch (static_cast<LoadStage>(stage)) {
    case LoadStage::kStaticInitialisers:
      return "its static initialisers";
    case LoadStage::kQuery:
      return "its query";
    case LoadStage::kInit:
      return "its init";
    default:
      return "loading it";
  }
}

std::string ending(int status) {
  if (WIFSIGNALED(status)) {
    return str_cat("killed by signal ", WTERMSIG(status), ", ", strsignal(WTERMSIG(status)));
  }
  return str_cat("exit status ", WEXITSTATUS(status));
}

}  // namespace

absl::Status try_in_child(const std::function<void(const std::function<void(LoadStage)>&)>& load,
                          std::chrono::milliseconds limit) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return make_status(ErrorCode::kInternal, str_cat("probe: no pipe: ", std::strerror(errno)));
  }
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    run_child(load, ends[1]);
  }
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    return make_status(ErrorCode::kInternal, str_cat("probe: cannot fork: ", std::strerror(errno)));
  }
  const auto deadline = std::chrono::steady_clock::now() + limit;
  char stage = 0;
  bool hung = false;
  while (stage != static_cast<char>(LoadStage::kDone)) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd wait{ends[0], POLLIN, 0};
    const int ready = poll(&wait, 1, static_cast<int>(std::max<long long>(left, 0)));
    if (ready < 0 && errno == EINTR) continue;
    hung = ready == 0;
    if (ready <= 0 || read(ends[0], &stage, 1) <= 0) break;
  }
  close(ends[0]);
  kill(child, SIGKILL);  // it has nothing more to say: done, dead or hung
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (stage == static_cast<char>(LoadStage::kDone)) return absl::OkStatus();
  if (hung) {
    return make_status(ErrorCode::kFailedPrecondition,
                       str_cat("does not return from ", stage_name(stage), " (waited ", limit.count(), " ms)"));
  }
  return make_status(ErrorCode::kFailedPrecondition,
                     str_cat("ends the process in ", stage_name(stage), " (", ending(status), ")"));
}

}  // namespace sy
