#include "loops/depthwise_conv.h"

#include <algorithm>
#include <cstring>

#include "loops/parallel.h"
#include "loops/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "loops/depthwise_conv.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "hwy/highway.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// One plane with its padding, of rows `pitch` apart. Vectors read beyond the end of a row, and of the last one.
struct Plane {
  const float* data;
  std::int64_t pitch;
};

void filter_plane(const ConvShape& s, const Plane& plane, const float* weight, float bias, float* out) {
  const hn::ScalableTag<float> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int64_t height = s.kernel[0], width = s.kernel[1];
  HWY_ALIGN float last[HWY_MAX_BYTES / sizeof(float)];
  for (std::int64_t y = 0; y < s.out[0]; ++y, out += s.out[1]) {
    const float* from = plane.data + y * s.stride[0] * plane.pitch;
    for (std::int64_t next = 0; next < s.out[1]; next += lanes) {
      // The last vector of a row ends with it.
      const std::int64_t x = std::max<std::int64_t>(0, std::min(next, s.out[1] - lanes));
      auto sum = hn::Set(d, bias);
      for (std::int64_t i = 0; i < height; ++i) {
        const float* row = from + i * s.dilation[0] * plane.pitch + x;
        for (std::int64_t j = 0; j < width; ++j) {
          sum = hn::MulAdd(hn::LoadU(d, row + j * s.dilation[1]), hn::Set(d, weight[i * width + j]), sum);
        }
      }
      if (x + lanes <= s.out[1]) {
        hn::StoreU(sum, d, out + x);
      } else {
        hn::Store(sum, d, last);
        std::memcpy(out + x, last, static_cast<std::size_t>(s.out[1] - x) * sizeof(float));
      }
    }
  }
}

// kHigh rows of the output at once by a 3 x 3 kernel without gaps, for at least so many rows and as many columns as a
// vector has: what was loaded serves up to three rows.
constexpr std::int64_t kHigh = 4;
void filter_plane_3x3(const ConvShape& s, const Plane& plane, const float* weight, float bias, float* out) {
  const hn::ScalableTag<float> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto tap = [&](std::int64_t k) { return hn::Set(d, weight[k]); };
  const hn::VFromD<decltype(d)> taps[9] = {tap(0), tap(1), tap(2), tap(3), tap(4), tap(5), tap(6), tap(7), tap(8)};
  for (std::int64_t next_y = 0; next_y < s.out[0]; next_y += kHigh) {
    const std::int64_t y = std::min(next_y, s.out[0] - kHigh);
    for (std::int64_t next_x = 0; next_x < s.out[1]; next_x += lanes) {
      const std::int64_t x = std::min(next_x, s.out[1] - lanes);
      const float* row = plane.data + y * plane.pitch + x;
      hn::VFromD<decltype(d)> sums[kHigh];
      for (std::int64_t r = 0; r < kHigh; ++r) sums[r] = hn::Set(d, bias);
#pragma GCC unroll 8
      for (std::int64_t i = 0; i < kHigh + 2; ++i, row += plane.pitch) {
#pragma GCC unroll 8
        for (std::int64_t j = 0; j < 3; ++j) {
          const auto v = hn::LoadU(d, row + j);
#pragma GCC unroll 8
          for (std::int64_t r = 0; r < kHigh; ++r) {
            if (r <= i && i <= r + 2) sums[r] = hn::MulAdd(v, taps[(i - r) * 3 + j], sums[r]);
          }
        }
      }
      for (std::int64_t r = 0; r < kHigh; ++r) hn::StoreU(sums[r], d, out + (y + r) * s.out[1] + x);
    }
  }
}

bool is_plain_3x3(const ConvShape& s) {
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<float>()));
  bool plain = s.stride[0] == 1 && s.out[0] >= kHigh && s.out[1] >= lanes;
  for (int k = 0; k < 2; ++k) plain = plain && s.kernel[k] == 3 && s.dilation[k] == 1;
  return plain;
}

void depthwise_planes(const ConvShape& s, const float* input, const float* weight, const float* bias, float* output,
                      std::int64_t begin, std::int64_t end, float* padded) {
  const std::int64_t pitch = s.in[1] + 2 * s.padding[1];
  const std::int64_t per_group = s.out_channels / s.groups;
  const std::int64_t taps = s.kernel[0] * s.kernel[1];
  const auto filter = is_plain_3x3(s) ? &filter_plane_3x3 : &filter_plane;
  for (std::int64_t p = begin; p < end; ++p) {  // planes of the input
    const float* from = input + p * s.in[0] * s.in[1];
    for (std::int64_t y = 0; y < s.in[0]; ++y, from += s.in[1]) {
      std::copy_n(from, s.in[1], padded + (y + s.padding[0]) * pitch + s.padding[1]);
    }
    const std::int64_t group = p % s.groups;
    for (std::int64_t k = 0; k < per_group; ++k) {
      const std::int64_t channel = group * per_group + k;
      filter(s, {padded, pitch}, weight + channel * taps, bias != nullptr ? bias[channel] : 0.0f,
             output + (p * per_group + k) * s.out[0] * s.out[1]);
    }
  }
}

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(depthwise_planes);

std::int64_t padded(const ConvShape& s, int d) { return s.in[d] + 2 * s.padding[d]; }

// What vectors may read beyond a plane.
constexpr std::int64_t kBeyond = 64;
// Padded planes up to this size stay in the caches near a core.
constexpr std::int64_t kMostElements = std::int64_t{1} << 17;
// Weights per plane up to which the direct form is no worse than a library's.
constexpr std::int64_t kMostTaps = 25;

}  // namespace

bool is_depthwise_conv(const ConvShape& s) {
  return s.groups == s.channels && s.groups > 1 && s.stride[1] == 1 && s.kernel[0] <= kMostTaps &&
         s.kernel[1] <= kMostTaps && s.kernel[0] * s.kernel[1] <= kMostTaps && padded(s, 0) <= kMostElements &&
         padded(s, 1) <= kMostElements && padded(s, 0) * padded(s, 1) <= kMostElements;
}

void depthwise_conv(const sdk::Call& call, const ConvShape& s, const float* input, const float* weight,
                    const float* bias, float* output) {
  const std::int64_t per_plane = s.out[0] * s.out[1] * (s.out_channels / s.groups) * s.kernel[0] * s.kernel[1];
  const std::int64_t plane = padded(s, 0) * padded(s, 1) + kBeyond;
  const std::int64_t n = s.batch * s.channels, grain = grain_for(per_plane);
  const std::int64_t parts = std::clamp<std::int64_t>((n + grain - 1) / grain, 1, num_threads());
  Scratch<float> planes(call, static_cast<std::size_t>(parts * plane));
  parallel_for(parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      float* own = planes.data() + part * plane;
      std::fill_n(own, plane, 0.0f);
      HWY_DYNAMIC_DISPATCH(depthwise_planes)
      (s, input, weight, bias, output, part * n / parts, (part + 1) * n / parts, own);
    }
  });
}

}  // namespace sy::cpu
#endif
