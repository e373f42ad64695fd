// Loads the plugins of this folder and reads what they count.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <thread>

#include "../unit/autograd/values.h"
#include "../unit/message_of.h"
#include "../unit/threads.h"
#include "state.h"
#include "switchyard/core/backend.h"
#include "switchyard/core/stream.h"
#include "switchyard/loader/loader.h"
#include "switchyard/tensor/from_blob.h"

namespace sy {

inline std::string case_file(const std::string& name) { return std::string(SWITCHYARD_CASES) + "/" + name + ".so"; }

/// Throws where it does not load.
inline Plugin& load_case(const std::string& name) {
  absl::StatusOr<Plugin*> plugin = load_plugin(case_file(name));
  throw_if_error(plugin.status());
  return **plugin;
}
/// Why it does not load.
inline std::string refusal(const std::string& name) {
  return message_of([&] { load_case(name); });
}

/// Whether a case's library is in this process.
inline bool is_mapped(const std::string& name) {
  std::ifstream maps("/proc/self/maps");
  const std::string text((std::istreambuf_iterator<char>(maps)), std::istreambuf_iterator<char>());
  return text.find("/" + name + ".so") != std::string::npos;
}

inline case_state& state_of(const Plugin& plugin) {
  return *static_cast<case_state*>(const_cast<void*>(plugin.table().extension("state", 1)));
}
inline std::uint32_t get(const std::uint32_t& field) { return __atomic_load_n(&field, __ATOMIC_SEQ_CST); }
inline void set(std::uint32_t& field, std::uint32_t value) { __atomic_store_n(&field, value, __ATOMIC_SEQ_CST); }
inline void wait_until(const std::function<bool()>& condition) {
  while (!condition()) std::this_thread::sleep_for(std::chrono::microseconds(100));
}

inline Tensor on(const std::string& device, std::vector<double> values) {
  return vec(values).to(kF32).to(Device(device));
}
inline std::vector<double> numbers(const Tensor& t) { return values(t.cpu()); }

/// The exit status of a forked child that runs fn; what it throws is 100.
inline int in_forked_child(const std::function<int()>& fn) {
  const pid_t child = fork();
  if (child == 0) {
    int code = 100;
    try {
      code = fn();
    } catch (const std::exception& e) {
      std::fprintf(stderr, "child: %s\n", e.what());
    }
    _exit(code);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace sy
