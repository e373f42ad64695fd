// One plugin that was tried: what it is, whether it runs, and why not.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "switchyard/abi/plugin.h"
#include "switchyard/dispatch/thread_state.h"

namespace sy {

/// Lives as long as the process, so that kernels and tensors can point at it.
class Plugin {
 public:
  Plugin(std::string path, const sy_plugin* table);

  const std::string& name() const { return name_; }
  const std::string& path() const { return path_; }
  const std::string& version() const { return version_; }
  const std::string& vendor() const { return vendor_; }
  const std::string& description() const { return description_; }
  const sy_plugin& table() const { return table_; }
  /// False once unloaded: no new call enters.
  bool alive() const { return alive_.load(std::memory_order_relaxed); }
  void retire() { alive_.store(false, std::memory_order_seq_cst); }
  /// What was rejected of it, one line each: kernels with another call layout and the like. Thread-safe, since a kernel
  /// may be rejected long after init, when its operator is declared.
  std::vector<std::string> messages() const {
    std::lock_guard lock(messages_mutex_);
    return messages_;
  }
  void add_message(std::string message) {
    std::lock_guard lock(messages_mutex_);
    messages_.push_back(std::move(message));
  }
  std::uint32_t num_kernels = 0;
  bool in_init = false;

 private:
  std::string path_, name_, version_, vendor_, description_;
  sy_plugin table_{};
  std::atomic<bool> alive_{true};
  mutable std::mutex messages_mutex_;
  std::vector<std::string> messages_;
};

/// Makes this thread's state visible to unload_plugin, and orders its stores where nobody else can (see order_threads).
void register_thread();
/// This thread is inside `plugin` and goes into another one, or comes back from it.
void enter_nested(Plugin* plugin, Plugin* inner);
void leave_nested(Plugin* plugin);

/// Marks this thread as inside a plugin's code, so that logical unload can wait for it. Costs two plain stores: the
/// unloading side pays for the ordering (see unload_plugin). What a plugin's code calls of its own plugin is let in even
/// after an unload has begun, which waits for the outer call.
class InsidePlugin {
 public:
  [[gnu::always_inline]] explicit InsidePlugin(Plugin* plugin)
      : before_(t_state.inside.load(std::memory_order_relaxed)) {
    nested_ = before_ != nullptr && before_ != plugin;
    if (nested_) [[unlikely]] {
      enter_nested(before_, plugin);
    } else {
      t_state.inside.store(plugin, std::memory_order_relaxed);
      if (!t_state.registered) [[unlikely]]
        register_thread();
    }
    asm volatile("" ::: "memory");
    allowed_ = plugin == nullptr || plugin == before_ || plugin->alive();
  }
  [[gnu::always_inline]] ~InsidePlugin() {
    if (nested_) [[unlikely]] {
      leave_nested(before_);
    } else {
      t_state.inside.store(before_, std::memory_order_release);
    }
  }
  InsidePlugin(const InsidePlugin&) = delete;
  InsidePlugin& operator=(const InsidePlugin&) = delete;
  bool allowed() const { return allowed_; }

 private:
  Plugin* before_;
  bool nested_;
  bool allowed_;
};

}  // namespace sy
