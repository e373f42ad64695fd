#include "loops/reduce.h"

#include <cstdlib>
#include <cstring>

#include "loops/convert.h"

namespace sy::cpu {
namespace {

struct Job {
  Grid kept;     // in row-major order
  Grid reduced;  // in order of strides
  const Fold* fold;
  const char* param;
  std::uint32_t half;  // SY_DTYPE_NONE where nothing is converted
};

// Rows that go through buffers while outputs lie along them: they should fit the first-level cache.
constexpr int kBufferedRows = 4;

struct Buffers {
  alignas(64) char values[kBufferedRows * kBlock * 8];
  alignas(64) std::uint16_t half[kBlock];
};

// n elements at a stride, contiguous and converted; `values` is where they go.
const void* load(const Job& job, const char* from, std::int64_t stride, std::int64_t n, Buffers& buffers,
                 char* values) {
  const std::uint32_t item = job.kept.item[0];
  const bool unit = stride == static_cast<std::int64_t>(item) || n == 1;
  if (job.half == SY_DTYPE_NONE) {
    if (unit) return from;
    gather_run(from, stride, item, n, values);
    return values;
  }
  if (!unit) {
    gather_run(from, stride, item, n, reinterpret_cast<char*>(buffers.half));
    from = reinterpret_cast<const char*>(buffers.half);
  }
  half_to_float(job.half, from, reinterpret_cast<float*>(values), n);
  return values;
}

// Outputs [begin, end), reduced elements [from, to): each output's elements in runs.
void fold_inner(const Job& job, std::int64_t begin, std::int64_t end, std::int64_t from, std::int64_t to, char* acc) {
  Buffers buffers;
  const Grid& reduced = job.reduced;
  const std::int64_t run = reduced.ndim > 0 ? reduced.size[0] : 1;
  const std::int64_t stride = reduced.ndim > 0 ? reduced.stride[0][0] : 0;
  const bool whole = job.half == SY_DTYPE_NONE && stride == static_cast<std::int64_t>(reduced.item[0]);
  if (whole && reduced.ndim == 1 && job.kept.ndim <= 1) {
    const std::int64_t step = job.kept.ndim > 0 ? job.kept.stride[0][0] : 0;
    const char* x = job.kept.base[0] + begin * step + from * stride;
    const char* param = job.param != nullptr ? job.param + begin * job.fold->param_bytes : nullptr;
    for (std::int64_t i = begin; i < end; ++i) {
      job.fold->inner(x, to - from, acc, param);
      x += step;
      acc += job.fold->acc_bytes;
      if (param != nullptr) param += job.fold->param_bytes;
    }
    return;
  }
  Position o = job.kept.at(begin);
  const Position start = reduced.at(from);
  for (std::int64_t i = begin; i < end; ++i, job.kept.advance(o, 1)) {
    const char* base = job.kept.address(0, o);
    const char* param = job.param != nullptr ? job.param + i * job.fold->param_bytes : nullptr;
    char* to_acc = acc + (i - begin) * job.fold->acc_bytes;
    Position p = start;
    for (std::int64_t left = to - from; left > 0;) {
      std::int64_t n = reduced.ndim > 0 ? std::min(left, run - p.coord[0]) : 1;
      if (!whole) n = std::min(n, kBlock);
      const char* x = base + (reduced.address(0, p) - reduced.base[0]);
      job.fold->inner(load(job, x, stride, n, buffers, buffers.values), n, to_acc, param);
      left -= n;
      reduced.advance(p, n);
    }
  }
}

// The same, but runs go along the outputs.
void fold_outer(const Job& job, std::int64_t begin, std::int64_t end, std::int64_t from, std::int64_t to, char* acc) {
  Buffers buffers;
  Grid kept = job.kept;
  const Grid& reduced = job.reduced;
  const bool cut = kept.size[0] >= 128;
  // Every piece is one run, and is used in place.
  const bool direct = (cut || kept.ndim == 1) && job.half == SY_DTYPE_NONE &&
                      kept.stride[0][0] == static_cast<std::int64_t>(kept.item[0]);
  const int most = direct ? kFoldRows : kBufferedRows;
  Position o = kept.at(begin);
  for (std::int64_t i = begin; i < end;) {
    std::int64_t n = std::min(direct ? 4 * kBlock : kBlock, end - i);
    if (cut) n = std::min(n, kept.size[0] - o.coord[0]);
    const bool one_run = o.coord[0] + n <= kept.size[0];
    const char* param = job.param != nullptr ? job.param + i * job.fold->param_bytes : nullptr;
    char* to_acc = acc + (i - begin) * job.fold->acc_bytes;
    const char* at = job.kept.address(0, o);
    Position p = reduced.at(from);
    for (std::int64_t r = from; r < to; r += most) {
      const int rows = static_cast<int>(std::min<std::int64_t>(most, to - r));
      const void* x[kFoldRows];
      if (direct && reduced.ndim == 1) {
        for (int k = 0; k < rows; ++k) x[k] = at + (r + k) * reduced.stride[0][0];
        job.fold->outer(x, rows, n, to_acc, param);
        continue;
      }
      for (int k = 0; k < rows; ++k) {
        char* values = buffers.values + k * kBlock * 8;
        const std::int64_t offset = reduced.address(0, p) - reduced.base[0];
        reduced.advance(p, 1);
        if (one_run) {
          x[k] = load(job, at + offset, kept.stride[0][0], n, buffers, values);
          continue;
        }
        kept.base[0] = job.kept.base[0] + offset;
        if (job.half == SY_DTYPE_NONE) {
          kept.gather(0, o, n, values);
          x[k] = values;
        } else {
          kept.gather(0, o, n, buffers.half);
          half_to_float(job.half, buffers.half, reinterpret_cast<float*>(values), n);
          x[k] = values;
        }
      }
      job.fold->outer(x, rows, n, to_acc, param);
    }
    kept.advance(o, n);
    i += n;
  }
}

}  // namespace

DimSet dim_set(const std::optional<sdk::Ints>& dims, int ndim) {
  if (ndim > kMaxDims) {
    throw sdk::Error(SY_UNSUPPORTED, "the cpu kernel takes at most %d dimensions, got %d", kMaxDims, ndim);
  }
  const DimSet all = static_cast<DimSet>((std::uint64_t{1} << ndim) - 1);
  if (!dims || dims->empty()) return all;
  DimSet set = 0;
  for (const std::int64_t d : *dims) set |= DimSet{1} << (d < 0 ? d + ndim : d);
  return set & all;
}

std::int64_t reduced_count(const sdk::Tensor& self, DimSet dims) {
  std::int64_t n = 1;
  for (int d = 0; d < self.ndim(); ++d) {
    if ((dims >> d & 1) != 0) n *= self.size(d);
  }
  return n;
}

void reduce(const sdk::Call& call, const sdk::Tensor& self, DimSet dims, const Fold& fold, void* acc,
            const void* param) {
  constexpr std::int64_t kPart = 2 * kGrain;
  const bool convert = is_half(self.dtype()) && !fold.halves;
  // One output of one run: nothing to lay out.
  if (self.numel() > 0 && self.numel() < 2 * kPart && reduced_count(self, dims) == self.numel() && !convert &&
      self.is_contiguous()) {
    fold.identity(acc, 1);
    fold.inner(operand(self).data, self.numel(), acc, param);
    return;
  }
  std::int64_t shape[2][kMaxDims];
  std::int64_t strides[2][kMaxDims];
  Operand parts[2];  // kept, reduced
  for (int d = 0; d < self.ndim(); ++d) {
    Operand& part = parts[dims >> d & 1];
    shape[dims >> d & 1][part.ndim] = self.size(d);
    strides[dims >> d & 1][part.ndim++] = self.stride(d);
  }
  for (int k = 0; k < 2; ++k) {
    parts[k].data = operand(self).data;
    parts[k].dtype = self.dtype();
    parts[k].shape = shape[k];
    parts[k].strides = strides[k];
  }
  Job job;
  build_grid(job.kept, &parts[0], 1, true);
  build_grid(job.reduced, &parts[1], 1);
  // Where the reduced strides were made positive, the base moved.
  job.kept.base[0] = job.reduced.base[0];
  job.fold = &fold;
  job.param = static_cast<const char*>(param);
  job.half = convert ? self.dtype() : SY_DTYPE_NONE;

  const std::int64_t outputs = job.kept.numel;
  const std::int64_t count = job.reduced.numel;
  char* accumulators = static_cast<char*>(acc);
  fold.identity(accumulators, outputs);
  if (outputs == 0 || count == 0) return;

  const std::int64_t reduced_stride = job.reduced.ndim > 0 ? job.reduced.stride[0][0] : 0;
  const std::int64_t reduced_run = job.reduced.ndim > 0 ? job.reduced.size[0] : 1;
  const std::int64_t kept_stride = job.kept.ndim > 0 ? std::abs(job.kept.stride[0][0]) : 0;
  const bool inner = job.kept.ndim == 0 || (reduced_run >= 16 && reduced_stride < kept_stride) ||
                     (job.kept.size[0] < 4 && reduced_run > job.kept.size[0]);
  const auto run = inner ? &fold_inner : &fold_outer;

  // Few outputs of many elements: parts of the reduced range in parallel, merged in order.
  const std::int64_t tasks = inner ? outputs : (outputs + kBlock - 1) / kBlock;
  const std::int64_t pieces = tasks < 8 ? std::min<std::int64_t>(64, count * outputs / kPart) : 1;
  if (pieces > 1) {
    Scratch<char> partial(call, static_cast<std::size_t>(pieces * outputs) * fold.acc_bytes);
    char* partials = partial.data();
    fold.identity(partials, pieces * outputs);
    parallel_for(pieces, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) {
        run(job, 0, outputs, count * k / pieces, count * (k + 1) / pieces, partials + k * outputs * fold.acc_bytes);
      }
    });
    for (std::int64_t k = 0; k < pieces; ++k) {
      fold.merge(partials + k * outputs * fold.acc_bytes, outputs, accumulators);
    }
    return;
  }
  // Along the outputs, short runs on two threads take longer than whole ones on one.
  constexpr std::int64_t kLeastRun = 256;
  parallel_for(
      outputs, inner ? grain_for(count) : std::max(grain_for(count), kLeastRun),
      [&](std::int64_t begin, std::int64_t end) {
        run(job, begin, end, 0, count, accumulators + begin * fold.acc_bytes);
      },
      inner ? 1 : 16);
}

void store_accumulators(const void* acc, std::uint32_t acc_dtype, const sdk::Tensor& result, RowFn row,
                        const void* context) {
  if (result.is_contiguous() && !is_half(result.dtype()) && result.numel() <= kGrain) {
    return row(&acc, operand(result).data, result.numel(), context);
  }
  std::int64_t strides[kMaxDims];
  std::int64_t step = 1;
  for (int d = std::min(result.ndim(), kMaxDims) - 1; d >= 0; --d) {
    strides[d] = step;
    step *= result.size(d);
  }
  Operand operands[2];
  operands[1] = operand(result);
  operands[0] = operands[1];
  operands[0].data = static_cast<char*>(const_cast<void*>(acc));
  operands[0].strides = strides;
  operands[0].dtype = acc_dtype;
  run_rows(operands, 2, row, context);
}

}  // namespace sy::cpu
