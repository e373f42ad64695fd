#include "switchyard/loader/threads.h"

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

struct Registration {
  ThreadState* state = &t_state;
  ~Registration() {
    std::lock_guard lock(g_mutex);
    std::erase(threads(), state);
  }
};

}  // namespace

void register_thread() {
  thread_local Registration registration;
  std::lock_guard lock(g_mutex);
  threads().push_back(registration.state);
  t_state.registered = true;
}

bool any_thread_inside(const Plugin* plugin) {
  std::lock_guard lock(g_mutex);
  return std::any_of(threads().begin(), threads().end(), [&](ThreadState* t) {
    return t != &t_state && t->inside.load(std::memory_order_acquire) == plugin;
  });
}

}  // namespace sy
