#include "switchyard/sdk/ops/arange.h"

#include "../launch.h"
#include "../source.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr const char* kIntegral = R"(
__kernel void run(OUT0, const long start, const long step, const idx n) {
  const idx i = get_global_id(0);
  if (i < n) PUT0(i, wrap_add(start, wrap_mul((long)i, step)));
}
)";
// In f64, rounded once.
constexpr const char* kDouble = R"(
#undef STORE0
#define STORE0(p, i, v) STORE1(p, i, v)
__kernel void run(OUT0, const double start, const double step, const idx n) {
  const idx i = get_global_id(0);
  if (i < n) PUT0(i, start + (double)i * step);
}
)";
// In pairs of floats where the device has no f64: T. J. Dekker, "A floating-point technique for extending the available
// precision", Numerische Mathematik 18 (1971).
constexpr const char* kPairs = R"(
__kernel void run(OUT0, const float start, const float start_low, const float step, const float step_low,
                  const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const float high = (float)(i & ~(idx)0xfff), low = (float)(i & (idx)0xfff);
  float sum = start, rest = start_low + step_low * (high + low);
  for (int k = 0; k < 2; ++k) {
    const float factor = k == 0 ? high : low;
    const float product = factor * step;
    rest += fma(factor, step, -product);
    const float next = sum + product, part = next - sum;
    rest += (sum - (next - part)) + (product - part);
    sum = next;
  }
  PUT0(i, sum + rest);
}
)";

void run(const Call& call, const ArangeArgs& args) {
  const std::int64_t n = args.result.numel();
  const std::uint32_t dtype = args.result.dtype();
  if (dtype < SY_F16) {
    Launch launch(call, "arange");
    launch.tensor(args.result).value(args.start.to_int()).value(args.step.to_int()).index(n);
    return launch.run(n, [] { return kIntegral; });
  }
  const double start = args.start.to_double();
  const double step = args.step.to_double();
  Launch launch(call, "arange");
  if (launch.device().has_fp64()) {
    launch.tensor(args.result).value(start).value(step).index(n);
    return launch.run(
        n, [dtype] { return "#define STORE1(p, i, v) (p)[i] = " + converted(SY_F64, dtype, "v") + kDouble; });
  }
  const auto high = [](double v) { return static_cast<float>(v); };
  const auto low = [](double v) { return static_cast<float>(v - static_cast<double>(static_cast<float>(v))); };
  launch.tensor(args.result).value(high(start)).value(low(start)).value(high(step)).value(low(step)).index(n);
  launch.run(n, [] { return kPairs; });
}

}  // namespace

SY_KERNELS(arange, make_kernel<ArangeArgs, run>(kDeterministic));
