#include "switchyard/sdk/ops/unique.h"

#include "../memory.h"
#include "../sorting.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

// In sorted order, an element that differs from the one before begins a new value; NaN differs from itself.
constexpr const char* kFlags = R"(
__kernel void run(IN0, __global const long* order, __global long* flags, const idx n) {
  const idx i = get_global_id(0);
  if (i < n) flags[i] = i == 0 || !(GET0((idx)order[i]) == GET0((idx)order[i - 1]));
}
)";
// sums[i] - 1 is the value's number; the first element of a value writes it, and where its run begins.
constexpr const char* kValues = R"(
__kernel void run(OUT0, IN1, __global const long* order, __global const long* sums, __global long* starts,
                  const idx n) {
  const idx i = get_global_id(0);
  if (i >= n || (i > 0 && sums[i] == sums[i - 1])) return;
  RAW0((idx)sums[i] - 1) = RAW1((idx)order[i]);
  starts[sums[i] - 1] = i;
}
)";
constexpr const char* kInverse = R"(
__kernel void run(OUT0, __global const long* order, __global const long* sums, const idx n) {
  const idx i = get_global_id(0);
  if (i < n) RAW0((idx)order[i]) = sums[i] - 1;
}
)";
constexpr const char* kCounts = R"(
__kernel void run(OUT0, __global const long* starts, const idx count, const idx n) {
  const idx i = get_global_id(0);
  if (i < count) RAW0(i) = (i + 1 < count ? starts[i + 1] : n) - starts[i];
}
)";

void run(const Call& call, const UniqueArgs& args) {
  const std::int64_t n = args.self.numel();
  const auto longs = [&](std::int64_t count) {
    return call.workspace(static_cast<std::uint64_t>(count) * sizeof(std::int64_t));
  };
  void* order = n == 0 ? nullptr : sorted_order(call, args.self, 1, n, 1, false);
  void* sums = n == 0 ? nullptr : longs(n);
  std::int64_t count = 0;
  if (n != 0) {
    Launch flags(call, "unique/flags");
    flags.tensor(args.self).value(as_buffer(order)).value(as_buffer(sums)).index(n);
    flags.run(n, [] { return kFlags; });
    count = read_back(call, inclusive_scan(call, sums, n));
  }
  const Tensor values = call.alloc_output(0, call.t(0), {count});
  const Tensor inverse =
      args.return_inverse ? call.alloc_output(1, SY_I64, args.self.shape()) : call.alloc_output(1, SY_I64, {0});
  const Tensor counts = call.alloc_output(2, SY_I64, {args.return_counts ? count : 0});
  if (n == 0) return;
  void* starts = longs(count);
  Launch write(call, "unique/values");
  write.tensor(values).tensor(args.self).value(as_buffer(order)).value(as_buffer(sums)).value(as_buffer(starts));
  write.index(n).run(n, [] { return kValues; });
  if (args.return_inverse) {
    Launch where(call, "unique/inverse");
    where.tensor(inverse).value(as_buffer(order)).value(as_buffer(sums)).index(n);
    where.run(n, [] { return kInverse; });
  }
  if (args.return_counts) {
    Launch often(call, "unique/counts");
    often.tensor(counts).value(as_buffer(starts)).index(count).index(n);
    often.run(count, [] { return kCounts; });
  }
}

}  // namespace

SY_KERNELS(unique, make_kernel<UniqueArgs, run>(kDeterministic));
