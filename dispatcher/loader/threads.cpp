#include "switchyard/loader/threads.h"

#include <linux/membarrier.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <vector>

namespace sy {
namespace {

std::mutex g_mutex;
std::vector<ThreadState*>& threads() {
  static auto* list = new std::vector<ThreadState*>;
  return *list;
}

/// Threads that went from a plugin into another one: they are still inside the first.
struct Nested {
  ThreadState* thread;
  const Plugin* plugin;
};
std::vector<Nested>& nested() {
  static auto* list = new std::vector<Nested>;
  return *list;
}

/// Threads other than the one that forked do not exist in the child, whatever they were inside.
void forget_others() {
  const bool known = std::find(threads().begin(), threads().end(), &t_state) != threads().end();
  threads().clear();
  if (known) threads().push_back(&t_state);
  std::erase_if(nested(), [](const Nested& n) { return n.thread != &t_state; });
  g_mutex.unlock();
}

struct Registration {
  ThreadState* state = &t_state;
  Registration() {
    static const int watching = pthread_atfork([] { g_mutex.lock(); }, [] { g_mutex.unlock(); }, forget_others);
    static_cast<void>(watching);
    std::lock_guard lock(g_mutex);
    threads().push_back(state);
  }
  ~Registration() {
    std::lock_guard lock(g_mutex);
    std::erase(threads(), state);
  }
};

/// Whether the system lets one thread order the stores of all others. Where not, every thread does so for itself, on
/// each way into a plugin.
bool has_membarrier() {
  static const bool has = [] {
    const long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    return commands > 0 && (commands & MEMBARRIER_CMD_GLOBAL) != 0;
  }();
  return has;
}

}  // namespace

void register_thread() {
  thread_local Registration registration;
  std::atomic_thread_fence(std::memory_order_seq_cst);
  t_state.registered = has_membarrier();
}

void enter_nested(Plugin* plugin, Plugin* inner) {
  std::lock_guard lock(g_mutex);
  nested().push_back({&t_state, plugin});
  t_state.inside.store(inner, std::memory_order_relaxed);
}

void leave_nested(Plugin* plugin) {
  std::lock_guard lock(g_mutex);
  auto own = [&](const Nested& n) { return n.thread == &t_state && n.plugin == plugin; };
  nested().erase(std::find_if(nested().rbegin(), nested().rend(), own).base() - 1);
  t_state.inside.store(plugin, std::memory_order_relaxed);
}

bool any_thread_inside(const Plugin* plugin) {
  std::lock_guard lock(g_mutex);
  return std::any_of(nested().begin(), nested().end(), [&](const Nested& n) { return n.plugin == plugin; }) ||
         std::any_of(threads().begin(), threads().end(), [&](ThreadState* t) {
           return t != &t_state && t->inside.load(std::memory_order_acquire) == plugin;
         });
}

bool order_threads() {
  if (!has_membarrier()) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    return true;
  }
  return syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0;
}

}  // namespace sy
