// Threads: OpenMP, shared with oneDNN.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sy::cpu {

/// Threads a parallel region may use; at least 1, and 1 in a forked child, where setting it has no effect. Set by
/// configure("num_threads").
int num_threads();
void set_num_threads(int n);

/// Elements below which a loop stays on the calling thread.
inline constexpr std::int64_t kGrain = 32768;

/// Splits [0, n) into at most num_threads() ranges of at least `grain` and calls body(context, begin, end) for each,
/// concurrently. body must not throw. Ranges begin at multiples of `align`.
void parallel_ranges(std::int64_t n, std::int64_t grain, std::int64_t align,
                     void (*body)(const void* context, std::int64_t begin, std::int64_t end), const void* context);

/// The same for a callable `void(int64_t begin, int64_t end)`.
template <class Body>
void parallel_for(std::int64_t n, std::int64_t grain, const Body& body, std::int64_t align = 1) {
  if (n <= 0) return;
  if (n <= grain) {
    body(std::int64_t{0}, n);
    return;
  }
  parallel_ranges(
      n, grain, align,
      [](const void* context, std::int64_t begin, std::int64_t end) {
        (*static_cast<const Body*>(context))(begin, end);
      },
      &body);
}

/// Grain for loops whose every step handles `work` elements.
inline std::int64_t grain_for(std::int64_t work) {
  return std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, work));
}

}  // namespace sy::cpu
