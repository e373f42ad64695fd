// Our own matrix product: for integers, and for f32 and f64 matrices too small for a library call.
#pragma once

#include "loops/matrices.h"
#include "switchyard/sdk/call.h"

namespace sy::cpu {

/// c = alpha * a b + beta * c for compute dtype f32, f64 or an integer (which wraps); beta = 0 ignores c. Any strides,
/// sizes zero too. Sums in blocks of kSumBlock products.
void gemm(const sdk::Call& call, std::uint32_t dtype, std::int64_t batch, const Matrices& a, const Matrices& b,
          const Matrices& c, const sdk::Scalar& alpha, const sdk::Scalar& beta);

inline constexpr std::int64_t kSumBlock = 256;

/// Is this a product of which gemm is faster than a library? None with sums longer than a block: they are not split up.
inline bool is_small(std::int64_t batch, const Matrices& a, const Matrices& b, const Matrices& c) {
  if (a.cols > kSumBlock) return false;
  const std::int64_t products = batch * c.rows * c.cols * a.cols;
  return b.col_stride == 1 && c.col_stride == 1 ? products <= 64 * 64 * 64 : products <= 16 * 16 * 16;
}

}  // namespace sy::cpu
