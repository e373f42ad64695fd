#include "loops/parallel.h"

#include <omp.h>
#if defined(__unix__)
#include <pthread.h>
#endif

#include <atomic>

// libgomp's fork and join are invisible to ThreadSanitizer. It is told of them, and looks at the bodies alone: what the
// region itself captures is handed over by libgomp.
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#define SY_TSAN_ACQUIRE(p) __tsan_acquire(p)
#define SY_TSAN_RELEASE(p) __tsan_release(p)
#define SY_TSAN_REGION __attribute__((no_sanitize("thread")))
#else
#define SY_TSAN_ACQUIRE(p) static_cast<void>(p)
#define SY_TSAN_RELEASE(p) static_cast<void>(p)
#define SY_TSAN_REGION
#endif

namespace sy::cpu {
namespace {

std::atomic<int> g_num_threads{0};  // 0: OpenMP's own default
std::atomic<bool> g_is_forked{false};

// A forked child has its parent's OpenMP pool in name alone: a parallel region would wait for threads that do not
// exist. It computes on one thread, whatever it asks for.
void watch_for_fork() {
#if defined(__unix__)
  static const int kRegistered = pthread_atfork(nullptr, nullptr, [] {
    g_is_forked.store(true, std::memory_order_relaxed);
    g_num_threads.store(1, std::memory_order_relaxed);
  });
  static_cast<void>(kRegistered);
#endif
}

}  // namespace

int num_threads() {
  watch_for_fork();
  const int set = g_num_threads.load(std::memory_order_relaxed);
  return set > 0 ? set : std::max(1, omp_get_max_threads());
}

void set_num_threads(int n) {
  if (!g_is_forked.load(std::memory_order_relaxed)) g_num_threads.store(n, std::memory_order_relaxed);
}

SY_TSAN_REGION
void parallel_ranges(std::int64_t n, std::int64_t grain, std::int64_t align,
                     void (*body)(const void*, std::int64_t, std::int64_t), const void* context) {
  const std::int64_t wanted = (n + grain - 1) / std::max<std::int64_t>(1, grain);
  const int threads = static_cast<int>(std::min<std::int64_t>(num_threads(), wanted));
  if (threads <= 1 || omp_in_parallel()) {
    body(context, 0, n);
    return;
  }
  char order = 0;
  SY_TSAN_RELEASE(&order);
#pragma omp parallel num_threads(threads)
  {
    SY_TSAN_ACQUIRE(&order);
    // The team may be smaller than asked for.
    const std::int64_t team = omp_get_num_threads();
    const std::int64_t units = (n + align - 1) / align;
    const std::int64_t each = (units + team - 1) / team * align;
    const std::int64_t begin = std::min(n, omp_get_thread_num() * each);
    const std::int64_t end = std::min(n, begin + each);
    if (begin < end) body(context, begin, end);
    SY_TSAN_RELEASE(&order);
  }
  SY_TSAN_ACQUIRE(&order);
}

}  // namespace sy::cpu
