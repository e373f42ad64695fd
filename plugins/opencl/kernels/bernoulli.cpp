#include "switchyard/sdk/ops/bernoulli.h"

#include "../philox.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr const char* kBody = R"(
__kernel void run(OUT0, IN1, RNG, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const uint4 w = WORDS(i);
  PUT0(i, (C0)((float)(w.x >> 8) * 5.9604644775390625e-8f) < GET1(i) ? 1 : 0);
}
)";

void run(const Call& call, const BernoulliArgs& args) {
  const std::int64_t n = args.result.numel();
  Launch launch(call, "bernoulli");
  launch.tensor(args.result).tensor(args.self);
  random_state(launch, args.generator);
  launch.index(n).run(n, [] { return philox_source() + kBody; });
}

}  // namespace

SY_KERNELS(bernoulli, make_kernel<BernoulliArgs, run>(kDeterministic));
