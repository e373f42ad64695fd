// What batch normalisation and its gradient share: (batch, channel, inner) arrays and sums per channel.
#pragma once

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
