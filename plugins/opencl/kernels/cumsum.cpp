#include "switchyard/sdk/ops/cumsum.h"

#include "../axis.h"
#include "../launch.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

// One item per line.
constexpr const char* kLines = R"(
__kernel void run(OUT0, IN1, const idx lines, const idx size, const idx inner) {
  const idx line = get_global_id(0);
  if (line >= lines) return;
  const idx first = line / inner * size * inner + line % inner;
  C1 sum = 0;
  for (idx i = 0; i < size; ++i) {
    sum = PLUS(sum, GET1(first + i * inner));
    PUT0(first + i * inner, sum);
  }
}
)";
// One group per line: blocks of a group's size, each scanned in log2 steps (Hillis and Steele, 1986).
constexpr const char* kGroups = R"(
__kernel void run(OUT0, IN1, const idx lines, const idx size, const idx inner, __local C1* scan) {
  const idx line = get_group_id(0);
  const idx first = line / inner * size * inner + line % inner;
  const int me = get_local_id(0), group = get_local_size(0);
  C1 carry = 0;
  for (idx block = 0; block < size; block += group) {
    const idx i = block + me;
    scan[me] = i < size ? GET1(first + i * inner) : 0;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int step = 1; step < group; step *= 2) {
      const C1 before = me >= step ? scan[me - step] : 0;
      barrier(CLK_LOCAL_MEM_FENCE);
      scan[me] = PLUS(scan[me], before);
      barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (i < size) PUT0(first + i * inner, PLUS(carry, scan[me]));
    carry = PLUS(carry, scan[group - 1]);
    barrier(CLK_LOCAL_MEM_FENCE);
  }
}
)";

void run(const Call& call, const CumsumArgs& args) {
  const Axis axis(args.self, args.dim);
  const std::int64_t lines = axis.outer * axis.inner;
  const bool floating = args.self.dtype() >= SY_F16;
  const std::string plus = floating ? "#define PLUS(a, b) ((a) + (b))\n" : "#define PLUS(a, b) wrap_add(a, b)\n";
  const bool by_groups = lines < 64 && axis.size > 1024;
  Launch launch(call, by_groups ? "cumsum/groups" : "cumsum");
  launch.tensor(args.result).tensor(args.self).index(lines).index(axis.size).index(axis.inner);
  if (!by_groups) return launch.run(lines, [&] { return plus + kLines; });
  launch.local(launch.group_size() * compute_size(args.self.dtype()));
  launch.run_groups(lines, [&] { return plus + kGroups; });
}

}  // namespace

SY_KERNELS(cumsum, make_kernel<CumsumArgs, run>(kDeterministic));
