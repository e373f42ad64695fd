#include "gemm.h"

#include <algorithm>
#include <mutex>
#include <type_traits>

#include "clblast_library.h"
#include "memory.h"

namespace sy::opencl {

namespace {

// Multiplications below which starting CLBlast's kernels costs more than it saves.
constexpr std::int64_t kSmall = std::int64_t{1} << 18;

std::int64_t work(const ProductSize& s) { return s.batch * s.rows * s.columns * s.inner; }

constexpr const char* kNaive = R"(
__kernel void run(OUT0, IN1, IN2, const idx rows, const idx columns, const idx inner, const idx a_batch,
                  const idx a_row, const idx a_step, const idx b_batch, const idx b_step, const idx b_column,
                  const idx c_batch, const idx c_row, const C0 beta, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const idx column = i % columns, row = i / columns % rows, batch = i / columns / rows;
  const idx a = batch * a_batch + row * a_row, b = batch * b_batch + column * b_column;
  C0 sum = 0;
  for (idx k = 0; k < inner; ++k) sum = SUM(sum, TIMES(GET1(a + k * a_step), GET2(b + k * b_step)));
  const idx to = batch * c_batch + row * c_row + column;
  PUT0(to, beta != 0 ? SUM(sum, TIMES(beta, GET0(to))) : sum);
}
)";
constexpr const char* kFloating = "#define SUM(a, b) ((a) + (b))\n#define TIMES(a, b) ((a) * (b))\n";
constexpr const char* kIntegral = "#define SUM(a, b) wrap_add(a, b)\n#define TIMES(a, b) wrap_mul(a, b)\n";

/// operands adds operands 0 to 2 to the launch. dtype is what they are computed in.
template <typename AddOperands>
void multiply_naive(const sdk::Call& call, std::uint32_t dtype, const ProductSize& size, const Matrix& a,
                    const Matrix& b, const Matrix& c, double beta, AddOperands&& operands) {
  const std::int64_t n = size.batch * size.rows * size.columns;
  Launch launch(call, "product");
  operands(launch);
  launch.index(size.rows).index(size.columns).index(size.inner);
  launch.index(a.batch).index(a.row_step).index(a.column_step);
  launch.index(b.batch).index(b.row_step).index(b.column_step).index(c.batch).index(c.row_step);
  dtype < SY_F16 ? launch.value(std::int64_t{0}) : launch.floating(beta, dtype);
  launch.index(n).run(n, [&] { return std::string(dtype < SY_F16 ? kIntegral : kFloating) + kNaive; });
}

/// How CLBlast, row-major, is told about a matrix of so many rows and columns.
struct Form {
  bool valid = false;
  CLBlastTranspose transpose = CLBlastTransposeNo;
  std::int64_t ld = 0;
};
Form form_of(const Matrix& m, std::int64_t rows, std::int64_t columns) {
  if ((m.column_step == 1 || columns == 1) && (m.row_step >= columns || rows == 1)) {
    return {true, CLBlastTransposeNo, rows == 1 ? columns : m.row_step};
  }
  if ((m.row_step == 1 || rows == 1) && (m.column_step >= rows || columns == 1)) {
    return {true, CLBlastTransposeYes, columns == 1 ? rows : m.column_step};
  }
  return {};
}

// CLBlast's first calls fill tables of the whole process, without a lock of their own.
std::mutex clblast_mutex;

template <typename T>
CLBlastStatusCode run_clblast(cl_command_queue queue, const ProductSize& s, const Values& a, const Form& a_form,
                              std::int64_t a_batch, const Values& b, const Form& b_form, std::int64_t b_batch,
                              double beta, const Values& c, const Matrix& c_form) {
  const ClblastLibrary& library = ClblastLibrary::get();
  const std::lock_guard<std::mutex> lock(clblast_mutex);
  const auto size = [](std::int64_t v) { return static_cast<std::size_t>(v); };
  const auto pick = [](auto single, auto twice) {
    if constexpr (std::is_same_v<T, double>)
      return twice;
    else
      return single;
  };
  if (s.batch == 1) {
    return pick(library.sgemm, library.dgemm)(
        CLBlastLayoutRowMajor, a_form.transpose, b_form.transpose, size(s.rows), size(s.columns), size(s.inner), T(1),
        as_buffer(a.memory), size(a.offset), size(a_form.ld), as_buffer(b.memory), size(b.offset), size(b_form.ld),
        static_cast<T>(beta), as_buffer(c.memory), size(c.offset), size(c_form.row_step), &queue, nullptr);
  }
  return pick(library.sgemm_batched, library.dgemm_batched)(
      CLBlastLayoutRowMajor, a_form.transpose, b_form.transpose, size(s.rows), size(s.columns), size(s.inner), T(1),
      as_buffer(a.memory), size(a.offset), size(a_form.ld), size(a_batch), as_buffer(b.memory), size(b.offset),
      size(b_form.ld), size(b_batch), static_cast<T>(beta), as_buffer(c.memory), size(c.offset), size(c_form.row_step),
      size(c_form.batch), size(s.batch), &queue, nullptr);
}

// Scratch memory, row-major, from a tensor or scratch memory of any steps.
constexpr const char* kPack = R"(
__kernel void run(OUT0, IN1, const idx rows, const idx columns, const idx batch_step, const idx row_step,
                  const idx column_step, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  PUT0(i, GET1(i / columns / rows * batch_step + i / columns % rows * row_step + i % columns * column_step));
}
)";
constexpr const char* kUnpack = R"(
__kernel void run(OUT0, IN1, IN2, const idx rows, const idx columns, const idx batch_step, const idx row_step,
                  const idx column_step, const C0 alpha, const C0 beta, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  C0 value = alpha * GET1(i);
  const idx from = i / columns / rows * batch_step + i / columns % rows * row_step + i % columns * column_step;
  if (beta != 0) value += beta * GET2(from);
  PUT0(i, value);
}
)";

Values pack(const sdk::Call& call, const sdk::Tensor& t, const Matrix& m, std::int64_t batch, std::int64_t rows,
            std::int64_t columns) {
  const std::int64_t n = batch * rows * columns;
  const Values packed = scratch_values(call, t.dtype(), n);
  Launch launch(call, "product/pack");
  launch.scratch(packed.memory, plain_type(t.dtype())).tensor(t).index(rows).index(columns);
  launch.index(m.batch).index(m.row_step).index(m.column_step).index(n);
  launch.run(n, [] { return kPack; });
  return packed;
}

/// The operand as CLBlast can take it, packed where it must be.
struct Packed {
  Values values;
  Matrix form;
};
Packed usable(const sdk::Call& call, const sdk::Tensor& t, const Matrix& m, std::int64_t batch, std::int64_t rows,
              std::int64_t columns) {
  if (is_plain(t.dtype()) && m.batch >= 0 && form_of(m, rows, columns).valid) return {values_of(t), m};
  if (m.batch == 0) batch = 1;
  const Matrix row_major{m.batch == 0 ? 0 : rows * columns, columns, 1};
  return {pack(call, t, m, batch, rows, columns), row_major};
}

/// result = alpha * values + beta * added.
void unpack(const sdk::Call& call, const Product& p, const Values& values) {
  const std::int64_t n = p.result.numel();
  const std::uint32_t dtype = p.result.dtype();
  const bool adds = p.added.defined() && p.beta != 0;
  const Matrix m = adds ? p.added_form : Matrix{};
  Launch launch(call, "product/unpack");
  launch.tensor(p.result);
  is_plain(dtype) && values.memory == p.result.abi()->view.data ? launch.tensor(p.result)
                                                                : launch.scratch(values.memory, plain_type(dtype));
  launch.tensor(adds ? p.added : p.result).index(p.size.rows).index(p.size.columns);
  launch.index(m.batch).index(m.row_step).index(m.column_step);
  launch.floating(p.alpha, dtype).floating(adds ? p.beta : 0, dtype);
  launch.index(n).run(n, [] { return kUnpack; });
}

}  // namespace

const char* plain_type(std::uint32_t dtype) { return dtype == SY_F64 ? "double" : "float"; }

Values values_of(const sdk::Tensor& t) {
  return {t.abi()->view.data, static_cast<std::int64_t>(t.abi()->view.byte_offset) / sdk::dtype_size(t.dtype())};
}

Values scratch_values(const sdk::Call& call, std::uint32_t dtype, std::int64_t n) {
  return {call.workspace(static_cast<std::uint64_t>(n) * compute_size(dtype)), 0};
}

void multiply(const sdk::Call& call, bool is_double, const ProductSize& s, const Values& a, const Matrix& a_form,
              const Values& b, const Matrix& b_form, double beta, const Values& c, const Matrix& c_form) {
  const Form a_seen = form_of(a_form, s.rows, s.inner);
  const Form b_seen = form_of(b_form, s.inner, s.columns);
  if (!a_seen.valid || !b_seen.valid || s.inner == 0 || work(s) < kSmall) {
    const std::uint32_t dtype = is_double ? SY_F64 : SY_F32;
    return multiply_naive(call, dtype, s, a_form, b_form, c_form, beta, [&](Launch& launch) {
      for (const Values* v : {&c, &a, &b}) launch.scratch(v->memory, plain_type(dtype), v->offset);
    });
  }
  Queue& queue = Devices::get().at(call.device_index()).queue(call.stream());
  const auto run = is_double ? &run_clblast<double> : &run_clblast<float>;
  const CLBlastStatusCode code =
      run(queue.handle(), s, a, a_seen, a_form.batch, b, b_seen, b_form.batch, beta, c, c_form);
  queue.submitted();
  if (code != CLBlastSuccess) {
    const bool memory = code == CLBlastTempBufferAllocFailure || code == CLBlastOpenCLOutOfResources ||
                        code == CLBlastOpenCLOutOfHostMemory;
    throw sdk::Error(memory ? SY_OUT_OF_MEMORY : SY_INTERNAL,
                     "CLBlast: status %d for a product of (%lld, %lld) by %lld", static_cast<int>(code),
                     static_cast<long long>(s.rows), static_cast<long long>(s.inner),
                     static_cast<long long>(s.columns));
  }
}

Values as_plain(const sdk::Call& call, const sdk::Tensor& t) {
  if (is_plain(t.dtype())) return values_of(t);
  return pack(call, t, {0, 0, 1}, 1, 1, t.numel());
}

void round_into(const sdk::Call& call, const Values& values, const sdk::Tensor& result) {
  Product p;
  p.result = result;
  p.size = {1, 1, result.numel(), 0};
  unpack(call, p, values);
}

void multiply(const sdk::Call& call, const Product& p) {
  const ProductSize& s = p.size;
  const std::uint32_t dtype = p.result.dtype();
  const Matrix c_form{s.rows * s.columns, s.columns, 1};
  const bool epilogue = p.added.defined() || p.alpha != 1;
  if (dtype < SY_F16 && epilogue) throw sdk::Error(SY_UNSUPPORTED, "integers are scaled and added one by one");
  if (!epilogue && (dtype < SY_F16 || work(s) < kSmall)) {
    return multiply_naive(call, dtype, s, p.a_form, p.b_form, c_form, 0,
                          [&](Launch& launch) { launch.tensor(p.result).tensor(p.a).tensor(p.b); });
  }
  require_dtype(Devices::get().at(call.device_index()), dtype);
  const Packed a = usable(call, p.a, p.a_form, s.batch, s.rows, s.inner);
  const Packed b = usable(call, p.b, p.b_form, s.batch, s.inner, s.columns);
  const Values c = is_plain(dtype) ? values_of(p.result) : scratch_values(call, dtype, p.result.numel());
  multiply(call, dtype == SY_F64, s, a.values, a.form, b.values, b.form, 0, c, c_form);
  if (epilogue || !is_plain(dtype)) unpack(call, p, c);
}

}  // namespace sy::opencl
