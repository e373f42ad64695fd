#include "switchyard/sdk/ops/nonzero.h"

#include "../memory.h"
#include "../sorting.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr const char* kFlags = R"(
__kernel void run(IN0, __global long* flags, const idx n) {
  const idx i = get_global_id(0);
  if (i < n) flags[i] = GET0(i) != 0;
}
)";

/// Counts have been summed: an element that raises the sum writes its index, one coordinate per dimension.
std::string write_body(int ndim) {
  std::string text = "__kernel void run(OUT0, __global const long* sums, const idx n";
  for (int d = 0; d < ndim; ++d) text += ", const idx d" + std::to_string(d);
  text += ") {\n  const idx i = get_global_id(0);\n  if (i >= n || sums[i] == (i > 0 ? sums[i - 1] : 0)) return;\n";
  text += "  const idx to = (idx)(sums[i] - 1) * " + std::to_string(ndim) + ";\n  idx rest = i;\n";
  for (int d = ndim - 1; d >= 0; --d) {
    const std::string n = std::to_string(d);
    text += "  PUT0(to + " + n + ", rest % d" + n + "); rest /= d" + n + ";\n";
  }
  return text + "}\n";
}

void run(const Call& call, const NonzeroArgs& args) {
  const std::int64_t n = args.self.numel();
  const int ndim = args.self.ndim();
  if (n == 0) return static_cast<void>(call.alloc_output(0, SY_I64, {0, ndim}));
  void* sums = call.workspace(static_cast<std::uint64_t>(n) * sizeof(std::int64_t));
  Launch flags(call, "nonzero/flags");
  flags.tensor(args.self).value(as_buffer(sums)).index(n);
  flags.run(n, [] { return kFlags; });
  const std::int64_t count = read_back(call, inclusive_scan(call, sums, n));
  const Tensor result = call.alloc_output(0, SY_I64, {count, ndim});
  if (result.numel() == 0) return;
  Launch write(call, "nonzero/write" + std::to_string(ndim));
  write.tensor(result).value(as_buffer(sums)).index(n);
  for (int d = 0; d < ndim; ++d) write.index(args.self.size(d));
  write.run(n, [&] { return write_body(ndim); });
}

}  // namespace

SY_KERNELS(nonzero, make_kernel<NonzeroArgs, run>(kDeterministic));
