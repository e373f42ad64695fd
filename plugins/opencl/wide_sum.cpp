#include "wide_sum.h"

namespace sy::opencl {

namespace {

constexpr const char* kCopy = R"(
__kernel void run(OUT0, IN1, const idx n) {
  const idx i = get_global_id(0);
  if (i < n) PUT0(i, GET1(i));
}
)";

}  // namespace

void with_wide_sums(const sdk::Call& call, const sdk::Tensor& result,
                    const std::function<void(const std::function<void(Launch&)>& target)>& add) {
  if (result.dtype() != SY_F16 && result.dtype() != SY_BF16) {
    return add([&](Launch& launch) { launch.tensor(result); });
  }
  const std::int64_t n = result.numel();
  void* sums = call.workspace(static_cast<std::uint64_t>(n) * sizeof(float));
  Launch widen(call, "copy");
  widen.scratch(sums, "float").tensor(result).index(n);
  widen.run(n, [] { return kCopy; });
  add([&](Launch& launch) { launch.scratch(sums, "float"); });
  Launch round(call, "copy");
  round.tensor(result).scratch(sums, "float").index(n);
  round.run(n, [] { return kCopy; });
}

const char* sum_source(std::uint32_t dtype) {
  return dtype >= SY_F16 ? "#define SUM(a, b) ((a) + (b))\n" : "#define SUM(a, b) wrap_add(a, b)\n";
}

}  // namespace sy::opencl
