#include "loops/im2col.h"

#include <algorithm>

#include "loops/gemm.h"
#include "loops/parallel.h"
#include "loops/product.h"
#include "loops/scratch.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

// One group of one image: patches is (channels / groups * kernel, out[0] * out[1]).
struct Geometry {
  const ConvShape& s;
  std::int64_t group_in, group_out, taps, pixels, patch_rows;

  explicit Geometry(const ConvShape& shape)
      : s(shape),
        group_in(shape.channels / shape.groups),
        group_out(shape.out_channels / shape.groups),
        taps(shape.kernel[0] * shape.kernel[1]),
        pixels(shape.out[0] * shape.out[1]),
        patch_rows(group_in * taps) {}

  std::int64_t input_offset(std::int64_t b, std::int64_t g) const {
    return (b * s.channels + g * group_in) * s.in[0] * s.in[1];
  }
  std::int64_t output_offset(std::int64_t b, std::int64_t g) const {
    return (b * s.out_channels + g * group_out) * pixels;
  }
  std::int64_t weight_offset(std::int64_t g) const { return g * group_out * patch_rows; }
};

// Padding is zeros.
template <class T>
void gather_patches(const Geometry& geo, const T* image, T* patches) {
  const ConvShape& s = geo.s;
  parallel_for(geo.patch_rows, grain_for(geo.pixels), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t c = row / geo.taps;
      const std::int64_t dy = row % geo.taps / s.kernel[1] * s.dilation[0] - s.padding[0];
      const std::int64_t dx = row % s.kernel[1] * s.dilation[1] - s.padding[1];
      T* to = patches + row * geo.pixels;
      for (std::int64_t oy = 0; oy < s.out[0]; ++oy) {
        const std::int64_t y = oy * s.stride[0] + dy;
        const T* line = image + (c * s.in[0] + y) * s.in[1];
        for (std::int64_t ox = 0; ox < s.out[1]; ++ox) {
          const std::int64_t x = ox * s.stride[1] + dx;
          const bool inside = y >= 0 && y < s.in[0] && x >= 0 && x < s.in[1];
          *to++ = inside ? line[x] : T{0};
        }
      }
    }
  });
}

// The transpose: adds each patch element to the pixel it came from; channels in parallel.
template <class T>
void scatter_patches(const Geometry& geo, const T* patches, T* image) {
  const ConvShape& s = geo.s;
  parallel_for(geo.group_in, grain_for(geo.taps * geo.pixels), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin * geo.taps; row < end * geo.taps; ++row) {
      const std::int64_t c = row / geo.taps;
      const std::int64_t dy = row % geo.taps / s.kernel[1] * s.dilation[0] - s.padding[0];
      const std::int64_t dx = row % s.kernel[1] * s.dilation[1] - s.padding[1];
      const T* from = patches + row * geo.pixels;
      for (std::int64_t oy = 0; oy < s.out[0]; ++oy, from += s.out[1]) {
        const std::int64_t y = oy * s.stride[0] + dy;
        if (y < 0 || y >= s.in[0]) continue;
        T* line = image + (c * s.in[0] + y) * s.in[1];
        for (std::int64_t ox = 0; ox < s.out[1]; ++ox) {
          const std::int64_t x = ox * s.stride[1] + dx;
          if (x >= 0 && x < s.in[1]) line[x] += from[ox];
        }
      }
    }
  });
}

template <class T>
Matrices dense_matrix(const T* data, std::int64_t rows, std::int64_t cols) {
  return {reinterpret_cast<char*>(const_cast<T*>(data)), rows, cols, 0, cols, 1};
}

template <class T>
void forward(const sdk::Call& call, const ConvShape& s, const T* input, const T* weight, const T* bias, T* output) {
  const Geometry geo(s);
  Scratch<T> patches(call, static_cast<std::size_t>(geo.patch_rows * geo.pixels));
  for (std::int64_t b = 0; b < s.batch; ++b) {
    for (std::int64_t g = 0; g < s.groups; ++g) {
      T* out = output + geo.output_offset(b, g);
      for (std::int64_t c = 0; c < geo.group_out; ++c) {
        std::fill(out + c * geo.pixels, out + (c + 1) * geo.pixels,
                  bias != nullptr ? bias[g * geo.group_out + c] : T{0});
      }
      gather_patches(geo, input + geo.input_offset(b, g), patches.data());
      gemm(call, kIdOf<T>, 1, dense_matrix(weight + geo.weight_offset(g), geo.group_out, geo.patch_rows),
           dense_matrix(patches.data(), geo.patch_rows, geo.pixels), dense_matrix(out, geo.group_out, geo.pixels),
           number(1), number(1));
    }
  }
}

template <class T>
void backward_input(const sdk::Call& call, const ConvShape& s, const T* grad, const T* weight, T* grad_input) {
  const Geometry geo(s);
  Scratch<T> patches(call, static_cast<std::size_t>(geo.patch_rows * geo.pixels));
  std::fill(grad_input, grad_input + s.batch * s.channels * s.in[0] * s.in[1], T{0});
  for (std::int64_t b = 0; b < s.batch; ++b) {
    for (std::int64_t g = 0; g < s.groups; ++g) {
      gemm(call, kIdOf<T>, 1, dense_matrix(weight + geo.weight_offset(g), geo.group_out, geo.patch_rows).transposed(),
           dense_matrix(grad + geo.output_offset(b, g), geo.group_out, geo.pixels),
           dense_matrix(patches.data(), geo.patch_rows, geo.pixels), number(1), number(0));
      scatter_patches(geo, patches.data(), grad_input + geo.input_offset(b, g));
    }
  }
}

template <class T>
void backward_weight(const sdk::Call& call, const ConvShape& s, const T* grad, const T* input, T* grad_weight) {
  const Geometry geo(s);
  Scratch<T> patches(call, static_cast<std::size_t>(geo.patch_rows * geo.pixels));
  std::fill(grad_weight, grad_weight + s.out_channels * geo.patch_rows, T{0});
  for (std::int64_t b = 0; b < s.batch; ++b) {
    for (std::int64_t g = 0; g < s.groups; ++g) {
      gather_patches(geo, input + geo.input_offset(b, g), patches.data());
      gemm(call, kIdOf<T>, 1, dense_matrix(grad + geo.output_offset(b, g), geo.group_out, geo.pixels),
           dense_matrix(patches.data(), geo.patch_rows, geo.pixels).transposed(),
           dense_matrix(grad_weight + geo.weight_offset(g), geo.group_out, geo.patch_rows), number(1), number(1));
    }
  }
}

}  // namespace

void patch_conv(const sdk::Call& call, std::uint32_t dtype, const ConvShape& shape, const void* input,
                const void* weight, const void* bias, void* output) {
  visit_compute(dtype, FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    forward(call, shape, static_cast<const T*>(input), static_cast<const T*>(weight), static_cast<const T*>(bias),
            static_cast<T*>(output));
  });
}
void patch_conv_backward_input(const sdk::Call& call, std::uint32_t dtype, const ConvShape& shape, const void* grad,
                               const void* weight, void* grad_input) {
  visit_compute(dtype, FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    backward_input(call, shape, static_cast<const T*>(grad), static_cast<const T*>(weight),
                   static_cast<T*>(grad_input));
  });
}
void patch_conv_backward_weight(const sdk::Call& call, std::uint32_t dtype, const ConvShape& shape, const void* grad,
                                const void* input, void* grad_weight) {
  visit_compute(dtype, FloatTypes{}, [&](auto tag) {
    using T = typename decltype(tag)::type;
    backward_weight(call, shape, static_cast<const T*>(grad), static_cast<const T*>(input),
                    static_cast<T*>(grad_weight));
  });
}

}  // namespace sy::cpu
