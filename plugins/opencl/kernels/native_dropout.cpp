#include "switchyard/sdk/ops/native_dropout.h"

#include <cmath>

#include "../philox.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr const char* kBody = R"(
__kernel void run(OUT0, OUT1, IN2, RNG, const uint least, const C0 factor, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const uint4 w = WORDS(i);
  const int kept = (w.x >> 8) >= least;
  PUT1(i, kept);
  PUT0(i, kept ? GET2(i) * factor : GET2(i) * 0);
}
)";

/// u >= p for u = k 2^-24 is k >= ceil(p 2^24), so that the comparison needs no f64.
void run(const Call& call, const NativeDropoutArgs& args) {
  const std::int64_t n = args.self.numel();
  Launch launch(call, "native_dropout");
  launch.tensor(args.result).tensor(args.mask).tensor(args.self);
  random_state(launch, args.generator);
  launch.value(static_cast<cl_uint>(std::ceil(args.p * 0x1p24)));
  launch.floating(args.p >= 1 ? 0.0 : 1 / (1 - args.p), args.self.dtype());
  launch.index(n).run(n, [] { return philox_source() + kBody; });
}

}  // namespace

SY_KERNELS(native_dropout, make_kernel<NativeDropoutArgs, run>(kDeterministic));
