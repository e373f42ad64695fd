#include "loops/product.h"

#include <cstring>
#include <optional>

#include "loops/gemm.h"
#include "loops/pointwise.h"
#include "loops/scratch.h"
#include "onednn/matmul.h"
#include "openblas/matmul.h"

namespace sy::cpu {
namespace {

// Strides of dimensions of size 1 mean nothing; these suit oneDNN.
Matrices normalised(Matrices m) {
  if (m.rows == 1) m.row_stride = m.col_stride == 1 ? m.cols : 1;
  if (m.cols == 1 && m.col_stride != 1) m.col_stride = m.row_stride == 1 ? m.rows : 1;
  return m;
}

// m as an operand of three dimensions.
struct View {
  std::int64_t shape[3];
  std::int64_t strides[3];
  Operand operand;
  View(const Matrices& m, std::int64_t batch, std::uint32_t dtype)
      : shape{batch, m.rows, m.cols},
        strides{m.batch_stride, m.row_stride, m.col_stride},
        operand{m.data, shape, strides, 3, dtype} {}
  View(const View&) = delete;
  View& operator=(const View&) = delete;
};

Matrices dense(const Matrices& like, void* data) {
  return {static_cast<char*>(data), like.rows, like.cols, like.rows * like.cols, like.cols, 1};
}

// Copies between layouts; between f16/bf16 and f32 with conversion.
void copy_matrices(const Matrices& from, std::uint32_t from_dtype, const Matrices& to, std::uint32_t to_dtype,
                   std::int64_t batch) {
  const View source(from, batch, from_dtype);
  const View target(to, batch, to_dtype);
  const Operand operands[] = {source.operand, target.operand};
  const bool same = from_dtype == to_dtype;
  run_rows(operands, 2, move_row(same ? item_size(to_dtype) : 4), nullptr, same ? Halves::kRaw : Halves::kConvert);
}

// A copy of m as dtype `to`, dense, in scratch memory.
Matrices copied(const Matrices& m, std::uint32_t from, std::uint32_t to, std::int64_t batch, Scratch<char>& memory) {
  const Matrices result = dense(m, memory.data());
  copy_matrices(m, from, result, to, batch);
  return result;
}

std::size_t bytes(const Matrices& m, std::int64_t batch, std::uint32_t dtype) {
  return static_cast<std::size_t>(batch * m.rows * m.cols) * item_size(dtype);
}

// Below this many elements a plain loop is the fastest copy.
constexpr std::int64_t kFew = 4096;

// c = bias in every row; then the product is added to it.
void spread_bias(const Operand& bias, const Matrices& c, std::int64_t batch, std::uint32_t dtype) {
  if (bias.strides[0] == 1 && c.col_stride == 1 && batch * c.rows * c.cols <= kFew) {
    const std::int64_t size = static_cast<std::int64_t>(item_size(dtype));
    for (std::int64_t k = 0; k < batch; ++k) {
      char* row = c.data + k * c.batch_stride * size;
      for (std::int64_t i = 0; i < c.rows; ++i, row += c.row_stride * size) {
        std::memcpy(row, bias.data, static_cast<std::size_t>(c.cols * size));
      }
    }
    return;
  }
  const View target(c, batch, dtype);
  Operand row = target.operand;
  const std::int64_t strides[3] = {0, 0, bias.strides[0]};
  row.data = bias.data;
  row.strides = strides;
  copy_elements(row, target.operand);
}

}  // namespace

bool Product::run_library(const sdk::Call& call) const {
  if (dtype == SY_F64) {
    if (bias != nullptr) spread_bias(*bias, c, batch, dtype);
    openblas::matmul(batch, a, b, c, alpha.to_double(), bias != nullptr ? 1 : beta.to_double());
    return true;
  }
  return onednn::matmul(call, dtype, batch, a, b, c, bias != nullptr ? bias->data : nullptr,
                        static_cast<float>(alpha.to_double()), static_cast<float>(beta.to_double()));
}

Matrices matrices(const sdk::Tensor& t) {
  const Operand o = operand(t);
  const int d = o.ndim - 2;
  return {o.data, o.shape[d], o.shape[d + 1], d > 0 ? o.strides[0] : 0, o.strides[d], o.strides[d + 1]};
}

void Product::run(const sdk::Call& call) const {
  if (batch * c.rows * c.cols == 0) return;
  const bool half = is_half(dtype);
  const bool taken = dtype == SY_F64 ? openblas::takes(a, b, c) : dtype == SY_F32 || half;
  const bool library = taken && a.cols > 0;
  const bool small = is_small(batch, a, b, c);

  if (!half && (!library || small)) {
    static const sdk::Scalar kOne = number(1);
    if (bias != nullptr) spread_bias(*bias, c, batch, dtype);
    gemm(call, dtype, batch, a, b, c, alpha, bias != nullptr ? kOne : beta);
    return;
  }

  // f16, and bf16 where oneDNN has nothing fast, are computed in f32.
  for (const std::uint32_t type : {dtype, std::uint32_t{SY_F32}}) {
    if (type == SY_F16 || (half && type == dtype && small)) continue;
    const bool convert = type != dtype;
    const Matrices na = normalised(a);
    const Matrices nb = normalised(b);
    const Matrices nc = normalised(c);
    const bool copy_a = convert || !na.is_plain(batch);
    const bool copy_b = convert || !nb.is_plain(batch);
    const bool copy_c = convert || !nc.is_plain(batch) || nc.col_stride != 1;
    Scratch<char> memory_a(call, copy_a ? bytes(a, batch, type) : 0);
    Scratch<char> memory_b(call, copy_b ? bytes(b, batch, type) : 0);
    Scratch<char> memory_c(call, copy_c ? bytes(c, batch, type) : 0);
    Product plain;
    plain.dtype = type;
    plain.batch = batch;
    plain.alpha = alpha;
    plain.beta = beta;
    plain.a = copy_a ? copied(a, dtype, type, batch, memory_a) : na;
    plain.b = copy_b ? copied(b, dtype, type, batch, memory_b) : nb;
    const bool uses_c = beta.to_double() != 0;
    plain.c = !copy_c ? nc : uses_c ? copied(c, dtype, type, batch, memory_c) : dense(c, memory_c.data());

    std::optional<Scratch<char>> memory_bias;
    const std::int64_t shape[1] = {c.cols};
    const std::int64_t step[1] = {1};
    Operand row{nullptr, shape, step, 1, type};
    if (bias != nullptr) {
      row.data = bias->data;
      if (convert || bias->strides[0] != 1) {
        memory_bias.emplace(call, static_cast<std::size_t>(c.cols) * item_size(type));
        const Matrices from{bias->data, 1, c.cols, 0, c.cols, bias->strides[0]};
        copied(from, dtype, type, 1, *memory_bias);
        row.data = memory_bias->data();
      }
      plain.bias = &row;
    }
    if (half && (small || a.cols == 0)) {
      plain.run(call);
    } else if (!plain.run_library(call)) {
      if (half && !convert) continue;
      throw sdk::Error(SY_INTERNAL, "no library takes a matrix product of this shape");
    }
    if (copy_c) copy_matrices(plain.c, type, c, dtype, batch);
    return;
  }
}

}  // namespace sy::cpu
