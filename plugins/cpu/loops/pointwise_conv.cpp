#include "loops/pointwise_conv.h"

#include <algorithm>

#include "loops/product.h"

namespace sy::cpu {
namespace {

// Pixels of an image from which products are efficient, and multiplications of a call up to which anything else costs
// more than it saves.
constexpr std::int64_t kLeastArea = 196;
constexpr std::int64_t kSmall = 1 << 17;

std::int64_t area(const ConvShape& s) { return s.in[0] * s.in[1]; }

// A dense matrix.
Matrices dense(const float* data, std::int64_t rows, std::int64_t cols) {
  return {reinterpret_cast<char*>(const_cast<float*>(data)), rows, cols, rows * cols, cols, 1};
}

Product product(const Matrices& a, const Matrices& b, const Matrices& c, double beta) {
  Product p;
  p.dtype = SY_F32;
  p.a = a;
  p.b = b;
  p.c = c;
  p.beta = number(beta);
  return p;
}

}  // namespace

bool is_pointwise_conv(const ConvShape& s) {
  bool plain = s.groups == 1 && (area(s) >= kLeastArea || s.batch * area(s) * s.channels * s.out_channels <= kSmall);
  for (int d = 0; d < 2; ++d) plain = plain && s.kernel[d] == 1 && s.stride[d] == 1 && s.padding[d] == 0;
  return plain;
}

void pointwise_conv(const sdk::Call& call, const ConvShape& s, const float* input, const float* weight,
                    const float* bias, float* output) {
  const std::int64_t n = area(s);
  for (std::int64_t image = 0; image < s.batch; ++image) {
    float* out = output + image * s.out_channels * n;
    for (std::int64_t k = 0; bias != nullptr && k < s.out_channels; ++k) std::fill_n(out + k * n, n, bias[k]);
    product(dense(weight, s.out_channels, s.channels), dense(input + image * s.channels * n, s.channels, n),
            dense(out, s.out_channels, n), bias != nullptr ? 1 : 0)
        .run(call);
  }
}

void pointwise_conv_backward_input(const sdk::Call& call, const ConvShape& s, const float* grad, const float* weight,
                                   float* grad_input) {
  const std::int64_t n = area(s);
  for (std::int64_t image = 0; image < s.batch; ++image) {
    product(dense(weight, s.out_channels, s.channels).transposed(),
            dense(grad + image * s.out_channels * n, s.out_channels, n),
            dense(grad_input + image * s.channels * n, s.channels, n), 0)
        .run(call);
  }
}

void pointwise_conv_backward_weight(const sdk::Call& call, const ConvShape& s, const float* grad, const float* input,
                                    float* grad_weight) {
  const std::int64_t n = area(s);
  for (std::int64_t image = 0; image < s.batch; ++image) {
    product(dense(grad + image * s.out_channels * n, s.out_channels, n),
            dense(input + image * s.channels * n, s.channels, n).transposed(),
            dense(grad_weight, s.out_channels, s.channels), image > 0 ? 1 : 0)
        .run(call);
  }
}

}  // namespace sy::cpu
