// (batch, channel, inner) arrays, as batch normalisation and its gradient see them, and their elements.
#pragma once

#include <algorithm>
#include <type_traits>

#include "loops/convert.h"
#include "loops/grid.h"

namespace sy::cpu {

struct Channels {
  std::int64_t batch = 0;
  std::int64_t channels = 0;
  std::int64_t inner = 1;

  explicit Channels(const sdk::Tensor& t) : batch(t.size(0)), channels(t.size(1)) {
    for (int d = 2; d < t.ndim(); ++d) inner *= t.size(d);
  }
  double count() const { return static_cast<double>(batch * inner); }
};

/// What is normalised, as T in memory, or as f16 or bf16, which pass through a buffer that stays in the first-level cache.
struct Elements {
  const void* from;
  void* to;
  std::uint32_t half;  // SY_F16, SY_BF16, or SY_DTYPE_NONE

  /// fn(x, i, n): the elements [at, at + count) in order, n of them at x, which belong at + i.
  template <class T, class Fn>
  void read(std::int64_t at, std::int64_t count, const Fn& fn) const {
    if (half == SY_DTYPE_NONE) return fn(static_cast<const T*>(from) + at, std::int64_t{0}, count);
    if constexpr (std::is_same_v<T, float>) {
      alignas(64) float buffer[kRun];
      for (std::int64_t i = 0; i < count; i += kRun) {
        const std::int64_t n = std::min(kRun, count - i);
        half_to_float(half, static_cast<const std::uint16_t*>(from) + at + i, buffer, n);
        fn(buffer, i, n);
      }
    }
  }
  /// fn(x, y, i, n), which writes y.
  template <class T, class Fn>
  void map(std::int64_t at, std::int64_t count, const Fn& fn) const {
    if (half == SY_DTYPE_NONE) return fn(static_cast<const T*>(from) + at, static_cast<T*>(to) + at, 0, count);
    if constexpr (std::is_same_v<T, float>) {
      alignas(64) float y[kRun];
      read<T>(at, count, [&](const float* x, std::int64_t i, std::int64_t n) {
        fn(x, y, i, n);
        float_to_half(half, y, static_cast<std::uint16_t*>(to) + at + i, n);
      });
    }
  }

 private:
  static constexpr std::int64_t kRun = 1024;
};

/// Visits every element of channels [begin, end) once: segment(channel, element, count, step). With step 0 the run of
/// `count` elements belongs to one channel; with step 1 (inner == 1) its element i belongs to channel + i.
template <class Segment>
void visit_channels(const Channels& shape, std::int64_t begin, std::int64_t end, const Segment& segment) {
  if (shape.inner == 1) {
    for (std::int64_t b = 0; b < shape.batch; ++b) segment(begin, b * shape.channels + begin, end - begin, 1);
    return;
  }
  for (std::int64_t c = begin; c < end; ++c) {
    for (std::int64_t b = 0; b < shape.batch; ++b) {
      segment(c, (b * shape.channels + c) * shape.inner, shape.inner, 0);
    }
  }
}

}  // namespace sy::cpu
