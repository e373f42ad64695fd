// Matrix products of any layout and dtype: oneDNN (f64: OpenBLAS) where it is fast, our own loops elsewhere.
#pragma once

#include "loops/matrices.h"
#include "switchyard/sdk/call.h"

namespace sy::cpu {

inline sdk::Scalar number(double value) { return sdk::Scalar(sy_scalar{SY_SCALAR_FLOAT, 0, 0, value}); }

/// c = alpha * a b + beta * c + bias, for matrices of one storage dtype. bias (1-d, of c.cols elements) may be null; it
/// wants beta = 0. beta = 0 ignores c, NaN included. f16 and bf16 accumulate in f32.
struct Product {
  std::uint32_t dtype = SY_DTYPE_NONE;
  std::int64_t batch = 1;
  Matrices a, b, c;
  const Operand* bias = nullptr;
  sdk::Scalar alpha = number(1);
  sdk::Scalar beta = number(0);

  void run(const sdk::Call& call) const;

 private:
  /// For plain matrices, c by rows, of f64, f32 or bf16. False, with nothing written, where the library has nothing fast.
  bool run_library(const sdk::Call& call) const;
};

/// A 2-d or 3-d tensor.
Matrices matrices(const sdk::Tensor& t);

}  // namespace sy::cpu
