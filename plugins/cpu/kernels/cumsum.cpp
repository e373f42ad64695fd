// Running sum along dim; floating values are summed in f64, integers and bool in i64.
#include "switchyard/sdk/ops/cumsum.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cumsum.cpp"
// clang-format off
#include "loops/targets.h"  // comes first
#include "loops/scan-inl.h"
// clang-format on

#include "loops/convert.h"
#include "loops/lines.h"

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

bool unit_step(const Tensor& t, std::int64_t dim) {
  if (t.ndim() == 0) return true;
  const int d = static_cast<int>(dim < 0 ? dim + t.ndim() : dim);
  return t.size(d) <= 1 || t.stride(d) == 1;
}

void run_cumsum(const Call&, const sdk::CumsumArgs& args) {
  if (args.self.numel() == 0) return;
  // Contiguous lines one by one; others together, since neighbouring lines may share cache lines.
  const bool contiguous = unit_step(args.self, args.dim) && unit_step(args.result, args.dim);
  const std::int64_t width = contiguous ? 1 : kScanLines;
  const Tensor tensors[] = {args.self, args.result};
  const Lines lines(tensors, 2, args.dim, width);
  const std::uint32_t dtype = args.self.dtype();
  const std::int64_t items[] = {item_size(dtype), item_size(args.result.dtype())};
  const ScanFn scan = HWY_DYNAMIC_DISPATCH(scan_sums)(compute_dtype(dtype));
  parallel_for(lines.groups(), grain_for(lines.size() * width), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t g = begin; g < end; ++g) {
      const LineGroup x = lines.group(0, g);
      const LineGroup out = lines.group(1, g);
      const Strip strip{x.data,
                        out.data,
                        x.size,
                        x.count,
                        x.step / items[0],
                        x.line_step / items[0],
                        out.step / items[1],
                        out.line_step / items[1]};
      ScanSums sums = {};
      if (!is_half(dtype)) {
        scan(strip, sums);
      } else {
        (contiguous ? &scan_half_line : &scan_half_lines)(dtype, scan, strip, sums);
      }
    }
  });
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(cumsum,
           sy::sdk::make_kernel<sy::sdk::CumsumArgs, sy::cpu::run_cumsum>(sy::sdk::kStrided | sy::sdk::kDeterministic));
#endif
