// Matrix products: through CLBlast where they are large enough, by a generated kernel otherwise and for integers.
#pragma once

#include <cstdint>
#include <functional>

#include "launch.h"

namespace sy::opencl {

/// Matrices of one batch: element (b, row, column) lies at offset + b * batch + row * row_step + column * column_step.
struct Matrix {
  std::int64_t batch = 0;
  std::int64_t row_step = 0;
  std::int64_t column_step = 0;
  Matrix transposed() const { return {batch, column_step, row_step}; }
};

/// batch products of (rows, inner) by (inner, columns).
struct ProductSize {
  std::int64_t batch, rows, columns, inner;
};

/// A block of plain floats, or doubles for f64: scratch memory, or a tensor of f32 or f64.
struct Values {
  const void* memory = nullptr;
  std::int64_t offset = 0;  // in elements
};

/// True for dtypes that lie in memory as they are computed.
inline bool is_plain(std::uint32_t dtype) { return dtype == SY_F32 || dtype == SY_F64; }
/// "float" or "double", and its bytes.
const char* plain_type(std::uint32_t dtype);
Values values_of(const sdk::Tensor& t);
/// A new workspace of n such values.
Values scratch_values(const sdk::Call& call, std::uint32_t dtype, std::int64_t n);

/// c = a b + beta c over plain values of dtype (f32 or f64 by is_double), c being row-major per batch.
void multiply(const sdk::Call& call, bool is_double, const ProductSize& size, const Values& a, const Matrix& a_form,
              const Values& b, const Matrix& b_form, double beta, const Values& c, const Matrix& c_form);

/// Writes count values of a contiguous tensor of any floating dtype to scratch memory of its compute type, or the
/// values where they lie for f32 and f64.
Values as_plain(const sdk::Call& call, const sdk::Tensor& t);
/// result = values, rounded; result is contiguous.
void round_into(const sdk::Call& call, const Values& values, const sdk::Tensor& result);

/// result = alpha * a b + beta * added for tensors of one dtype, of whatever strides but result, which is contiguous;
/// `added` (or an undefined tensor) has the given steps. Integers wrap.
struct Product {
  ProductSize size;
  sdk::Tensor a, b, result;
  Matrix a_form, b_form;
  sdk::Tensor added;
  Matrix added_form;
  double alpha = 1;
  double beta = 1;
};
void multiply(const sdk::Call& call, const Product& product);

}  // namespace sy::opencl
