// Running sum along dim; floating values are summed in f64, integers and bool in i64.
#include "switchyard/sdk/ops/cumsum.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cumsum.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/scan-inl.h"
// clang-format on

#include "loops/convert.h"

HWY_BEFORE_NAMESPACE();
namespace sy::cpu::HWY_NAMESPACE {
namespace {

ScanFn scan_sums(std::uint32_t dtype) { return scan_fn(dtype, AllTypes{}); }

}  // namespace
}  // namespace sy::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sy::cpu {
namespace {

HWY_EXPORT(scan_sums);

struct Buffers {
  alignas(64) std::uint16_t half[kBlock] = {};
  alignas(64) float x[kBlock];
  alignas(64) float out[kBlock];
};

void scan_half_line(std::uint32_t dtype, ScanFn scan, const Strip& strip, ScanSums& sums) {
  Buffers buffers;
  for (std::int64_t i = 0; i < strip.n; i += kBlock) {
    const std::int64_t n = std::min(kBlock, strip.n - i);
    half_to_float(dtype, strip.x + i * 2, buffers.x, n);
    scan(Strip{reinterpret_cast<char*>(buffers.x), reinterpret_cast<char*>(buffers.out), n, 1, 1, 0, 1, 0}, sums);
    float_to_half(dtype, buffers.out, strip.out + i * 2, n);
  }
}

// Pieces of the lines go through buffers: in, a step of all lines is one run; out, what is one in the result.
void scan_half_lines(std::uint32_t dtype, ScanFn scan, const Strip& strip, ScanSums& sums) {
  constexpr std::int64_t kSteps = kBlock / kScanLines;
  const bool along = strip.out_step == 1;
  Buffers buffers;
  for (std::int64_t i = 0; i < strip.n; i += kSteps) {
    const std::int64_t n = std::min(kSteps, strip.n - i);
    for (std::int64_t s = 0; s < n; ++s) {
      gather_run(strip.x + (i + s) * strip.x_step * 2, strip.x_line * 2, 2, strip.lines,
                 reinterpret_cast<char*>(buffers.half + s * kScanLines));
    }
    half_to_float(dtype, buffers.half, buffers.x, n * kScanLines);
    scan(Strip{reinterpret_cast<char*>(buffers.x), reinterpret_cast<char*>(buffers.out), n, kScanLines, kScanLines, 1,
               along ? 1 : kScanLines, along ? kSteps : 1},
         sums);
    if (along) {
      for (std::int64_t k = 0; k < strip.lines; ++k) {
        float_to_half(dtype, buffers.out + k * kSteps, strip.out + (i + k * strip.out_line) * 2, n);
      }
      continue;
    }
    float_to_half(dtype, buffers.out, buffers.half, n * kScanLines);
    for (std::int64_t s = 0; s < n; ++s) {
      scatter_run(reinterpret_cast<char*>(buffers.half + s * kScanLines), strip.out + (i + s) * strip.out_step * 2,
                  strip.out_line * 2, 2, strip.lines);
    }
  }
}

// t without dimension dim, of which step receives the stride. shape, strides: room for kMaxDims.
Operand lines_of(const Tensor& t, int dim, std::int64_t* shape, std::int64_t* strides, std::int64_t* step) {
  Operand o = operand(t);
  int ndim = 0;
  for (int d = 0; d < o.ndim; ++d) {
    if (d == dim) continue;
    shape[ndim] = o.shape[d];
    strides[ndim++] = o.strides[d];
  }
  *step = o.ndim > 0 && o.shape[dim] > 1 ? o.strides[dim] : 1;
  o.shape = shape;
  o.strides = strides;
  o.ndim = ndim;
  return o;
}

void run_cumsum(const Call& call, const sdk::CumsumArgs& args) {
  static_cast<void>(call);
  if (args.self.numel() == 0) return;
  if (args.self.ndim() > kMaxDims) throw sdk::Error(SY_UNSUPPORTED, "the cpu kernel takes at most %d dimensions", kMaxDims);
  const int dim = static_cast<int>(args.dim < 0 ? args.dim + args.self.ndim() : args.dim);
  std::int64_t shapes[2][kMaxDims], strides[2][kMaxDims], steps[2];
  const Operand operands[] = {lines_of(args.self, dim, shapes[0], strides[0], &steps[0]),
                              lines_of(args.result, dim, shapes[1], strides[1], &steps[1])};
  Grid grid;
  build_grid(grid, operands, 2);
  const std::uint32_t half = is_half(args.self.dtype()) ? args.self.dtype() : SY_DTYPE_NONE;
  const ScanFn scan = HWY_DYNAMIC_DISPATCH(scan_sums)(compute_dtype(args.self.dtype()));
  const std::int64_t n = args.self.ndim() > 0 ? args.self.size(dim) : 1;
  // Contiguous lines one by one; others together, since neighbouring lines may share cache lines.
  const bool contiguous = steps[0] == 1 && steps[1] == 1;
  const std::int64_t width = contiguous ? 1 : kScanLines;
  const std::int64_t row = grid.ndim > 0 ? grid.size[0] : 1;
  const std::int64_t groups = (row + width - 1) / width;
  Strip strip{};
  strip.n = n;
  strip.x_step = steps[0];
  strip.out_step = steps[1];
  if (grid.ndim > 0) {
    strip.x_line = grid.stride[0][0] / grid.item[0];
    strip.out_line = grid.stride[1][0] / grid.item[1];
  }
  parallel_for(grid.numel / row * groups, grain_for(n * width), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t g = begin; g < end; ++g) {
      const std::int64_t line = g % groups * width;
      const Position p = grid.at(g / groups * row + line);
      Strip s = strip;
      s.x = grid.address(0, p);
      s.out = grid.address(1, p);
      s.lines = std::min(width, row - line);
      ScanSums sums = {};
      if (half == SY_DTYPE_NONE) {
        scan(s, sums);
      } else {
        (contiguous ? &scan_half_line : &scan_half_lines)(half, scan, s, sums);
      }
    }
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(cumsum,
           sy::sdk::make_kernel<sy::sdk::CumsumArgs, sy::cpu::run_cumsum>(sy::sdk::kStrided | sy::sdk::kDeterministic));
#endif
