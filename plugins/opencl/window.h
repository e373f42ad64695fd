// The geometry of pooling and convolution, as parameters of a kernel.
#pragma once

#include <cstdint>

#include "launch.h"

namespace sy::opencl {

/// Element d of an int[2] parameter, where one value stands for both.
inline std::int64_t pair_at(sdk::Ints values, int d) { return values.size() == 1 ? values[0] : values[d]; }

/// What WINDOW declares: sizes of the input, the kernel and the output, and how the kernel moves over the input.
struct Window {
  std::int64_t height, width, kernel_height, kernel_width, out_height, out_width;
  std::int64_t stride_y, stride_x, padding_y, padding_x, dilation_y = 1, dilation_x = 1;

  void add_to(Launch& launch) const {
    for (const std::int64_t v : {height, width, kernel_height, kernel_width, out_height, out_width, stride_y, stride_x,
                                 padding_y, padding_x, dilation_y, dilation_x}) {
      launch.index(v);
    }
  }
};

inline constexpr const char* kWindowSource =
    "#define WINDOW const idx height, const idx width, const idx kernel_height, const idx kernel_width, "
    "const idx out_height, const idx out_width, const idx stride_y, const idx stride_x, const idx padding_y, "
    "const idx padding_x, const idx dilation_y, const idx dilation_x\n";

}  // namespace sy::opencl
