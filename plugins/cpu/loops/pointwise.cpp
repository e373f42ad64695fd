#include "loops/pointwise.h"

#include <cstring>

#include "loops/convert.h"
#include "loops/transpose.h"

namespace sy::cpu {
namespace {

struct Job {
  Grid grid;
  RowFn row;
  const void* context;
  std::uint32_t half[kMaxOperands];  // SY_F16 or SY_BF16 where operand k is converted, else SY_DTYPE_NONE
  bool dense[kMaxOperands];
  bool constant[kMaxOperands];
  bool all_direct;  // every operand dense and unconverted
};

struct Buffers {
  alignas(64) char data[kMaxOperands][kBlock * 8];
  alignas(64) std::uint16_t half[kBlock];
};

// Operand k's next n elements, contiguous and converted.
const void* fetch(const Job& job, int k, const Position& p, std::int64_t n, Buffers& buffers) {
  const Grid& grid = job.grid;
  const bool direct = job.dense[k] || grid.ndim == 0 ||
                      (grid.stride[k][0] == static_cast<std::int64_t>(grid.item[k]) && p.coord[0] + n <= grid.size[0]);
  if (job.half[k] == SY_DTYPE_NONE) {
    if (direct) return grid.address(k, p);
    grid.gather(k, p, n, buffers.data[k]);
    return buffers.data[k];
  }
  const void* from = buffers.half;
  if (direct) {
    from = grid.address(k, p);
  } else {
    grid.gather(k, p, n, buffers.half);
  }
  half_to_float(job.half[k], from, reinterpret_cast<float*>(buffers.data[k]), n);
  return buffers.data[k];
}

void store(const Job& job, int k, const Position& p, std::int64_t n, bool direct, Buffers& buffers) {
  const Grid& grid = job.grid;
  if (job.half[k] == SY_DTYPE_NONE) {
    if (!direct) grid.scatter(k, p, n, buffers.data[k]);
    return;
  }
  const float* from = reinterpret_cast<const float*>(buffers.data[k]);
  if (direct) {
    float_to_half(job.half[k], from, grid.address(k, p), n);
  } else {
    float_to_half(job.half[k], from, buffers.half, n);
    grid.scatter(k, p, n, buffers.half);
  }
}

void run_range(const Job& job, std::int64_t begin, std::int64_t end) {
  const Grid& grid = job.grid;
  const int inputs = grid.num_operands - 1;
  const int out = inputs;
  const void* in[kMaxOperands];
  Position p = grid.at(begin);
  if (job.all_direct) {
    for (int k = 0; k < inputs; ++k) in[k] = grid.address(k, p);
    job.row(in, grid.address(out, p), end - begin, job.context);
    return;
  }
  Buffers buffers;
  // Long inner rows are cut at their ends, so that unit-stride operands are used in place.
  const bool cut = grid.ndim > 0 && grid.size[0] >= 128;
  const std::int64_t most = std::min(kBlock, end - begin);
  for (int k = 0; k < inputs; ++k) {
    if (!job.constant[k]) continue;
    const std::uint32_t item = job.half[k] == SY_DTYPE_NONE ? grid.item[k] : 4;
    if (job.half[k] == SY_DTYPE_NONE) {
      gather_run(grid.base[k], 0, item, most, buffers.data[k]);
    } else {
      float value;
      half_to_float(job.half[k], grid.base[k], &value, 1);
      gather_run(reinterpret_cast<const char*>(&value), 0, item, most, buffers.data[k]);
    }
    in[k] = buffers.data[k];
  }
  for (std::int64_t i = begin; i < end;) {
    std::int64_t n = std::min(kBlock, end - i);
    if (cut) n = std::min(n, grid.size[0] - p.coord[0]);
    for (int k = 0; k < inputs; ++k) {
      if (!job.constant[k]) in[k] = fetch(job, k, p, n, buffers);
    }
    const bool direct =
        job.dense[out] || grid.ndim == 0 ||
        (grid.stride[out][0] == static_cast<std::int64_t>(grid.item[out]) && p.coord[0] + n <= grid.size[0]);
    void* to = direct && job.half[out] == SY_DTYPE_NONE ? grid.address(out, p) : buffers.data[out];
    job.row(in, to, n, job.context);
    store(job, out, p, n, direct, buffers);
    grid.advance(p, n);
    i += n;
  }
}

}  // namespace

void run_rows(const Operand* operands, int count, RowFn row, const void* context, Halves halves) {
  const Operand& out = operands[count - 1];
  if (row == nullptr) throw sdk::Error(SY_UNSUPPORTED, "the cpu kernel does not take %s", sdk::dtype_name(out.dtype));
  Job job;
  build_grid(job.grid, operands, count);
  job.row = row;
  job.context = context;
  job.all_direct = true;
  for (int k = 0; k < count; ++k) {
    const std::uint32_t dtype = operands[k].dtype;
    job.half[k] = halves == Halves::kConvert && is_half(dtype) ? dtype : SY_DTYPE_NONE;
    job.dense[k] = job.grid.dense(k);
    job.constant[k] = job.grid.numel > 1 && job.grid.constant(k);
    job.all_direct = job.all_direct && job.dense[k] && job.half[k] == SY_DTYPE_NONE;
  }
  // Ranges begin at cache lines of the output.
  parallel_for(
      job.grid.numel, kGrain, [&job](std::int64_t begin, std::int64_t end) { run_range(job, begin, end); }, 64);
}

void run_pointwise(const sdk::Call& call, RowFn row, const void* context, Halves halves) {
  const sy_call& abi = *call.abi();
  const sy_tensor& out = *static_cast<const sy_tensor*>(abi.outputs[0].ptr);
  if (run_flat(abi, row, context, halves)) return;
  Operand operands[kMaxOperands];
  int count = 0;
  for (std::uint32_t i = 0; i < abi.num_args; ++i) {
    if (!is_known(abi.args[i].tag)) throw sdk::Error(SY_UNSUPPORTED, "argument %u has tag %u", i, abi.args[i].tag);
    if (abi.args[i].tag == SY_ARG_TENSOR) operands[count++] = operand(*static_cast<const sy_tensor*>(abi.args[i].ptr));
  }
  operands[count++] = operand(out);
  run_rows(operands, count, row, context, halves);
}

RowFn move_row(std::uint32_t item) {
  constexpr RowFn kRows[4] = {
      [](const void* const* in, void* out, std::int64_t n, const void*) { std::memmove(out, in[0], n); },
      [](const void* const* in, void* out, std::int64_t n, const void*) { std::memmove(out, in[0], n * 2); },
      [](const void* const* in, void* out, std::int64_t n, const void*) { std::memmove(out, in[0], n * 4); },
      [](const void* const* in, void* out, std::int64_t n, const void*) { std::memmove(out, in[0], n * 8); },
  };
  return kRows[size_index(item)];
}

void copy_elements(const Operand& from, const Operand& to) {
  const Operand operands[] = {from, to};
  Grid grid;
  build_grid(grid, operands, 2);
  if (copy_transposed(grid)) return;
  run_rows(operands, 2, move_row(item_size(to.dtype)), nullptr, Halves::kRaw);
}

}  // namespace sy::cpu
