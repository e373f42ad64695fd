#include "sorting.h"

#include <algorithm>
#include <functional>

#include "host.h"
#include "memory.h"

namespace sy::opencl {

namespace {

constexpr std::int64_t kRun = 16;     // sorted by one item, by insertion
constexpr std::int64_t kParts = 256;  // of a scan

constexpr const char* kBefore = R"(
#define IS_NAN(x) ((x) != (x))
static inline int ascends(C0 a, C0 b) { return a < b || (!IS_NAN(a) && IS_NAN(b)); }
static inline int before(C0 a, C0 b) { return DESCENDING ? ascends(b, a) : ascends(a, b); }
#define KEY(line, i) GET0((line) / inner * size * inner + (idx)(i) * inner + (line) % inner)
)";

// Runs of kRun elements.
constexpr const char* kInsertion = R"(
__kernel void run(IN0, __global long* order, const idx size, const idx inner, const idx length, const idx runs,
                  const idx n) {
  const idx id = get_global_id(0);
  if (id >= n) return;
  const idx line = id / runs, first = id % runs * length, end = min(first + length, size);
  __global long* to = order + line * size;
  for (idx i = first; i < end; ++i) {
    const C0 key = KEY(line, i);
    idx at = i;
    for (; at > first && before(key, KEY(line, to[at - 1])); --at) to[at] = to[at - 1];
    to[at] = i;
  }
}
)";

// Merges pairs of runs of `length`: an element goes behind those of its own run that precede it and those of the other
// run that do, equal ones counting as earlier in the first run.
constexpr const char* kMerge = R"(
__kernel void run(IN0, __global const long* from, __global long* to, const idx size, const idx inner, const idx length,
                  const idx n) {
  const idx id = get_global_id(0);
  if (id >= n) return;
  const idx line = id / size, i = id % size;
  const idx start = i / (2 * length) * (2 * length);
  const int second = i >= start + length;
  idx low = second ? start : min(start + length, size);
  idx high = second ? start + length : min(start + 2 * length, size);
  const idx other = low;
  from += line * size;
  const C0 key = KEY(line, from[i]);
  while (low < high) {
    const idx middle = low + (high - low) / 2;
    const C0 rival = KEY(line, from[middle]);
    if (second ? !before(key, rival) : before(rival, key)) low = middle + 1; else high = middle;
  }
  to[line * size + start + (i - start - (second ? length : 0)) + (low - other)] = from[i];
}
)";

constexpr const char* kPartSums = R"(
__kernel void run(__global const long* flags, __global long* sums, const idx length, const idx parts, const idx n) {
  const idx part = get_global_id(0);
  if (part >= parts) return;
  const idx end = min((part + 1) * length, n);
  long sum = 0;
  for (idx i = part * length; i < end; ++i) sum += flags[i];
  sums[part] = sum;
}
)";
constexpr const char* kPartStarts = R"(
__kernel void run(__global long* sums, __global long* total, const idx parts) {
  if (get_global_id(0) != 0) return;
  long sum = 0;
  for (idx part = 0; part < parts; ++part) {
    const long own = sums[part];
    sums[part] = sum;
    sum += own;
  }
  total[0] = sum;
}
)";
constexpr const char* kPartScans = R"(
__kernel void run(__global long* flags, __global const long* starts, const idx length, const idx parts, const idx n) {
  const idx part = get_global_id(0);
  if (part >= parts) return;
  const idx end = min((part + 1) * length, n);
  long sum = starts[part];
  for (idx i = part * length; i < end; ++i) flags[i] = sum += flags[i];
}
)";

void* longs(const sdk::Call& call, std::int64_t n) {
  return call.workspace(static_cast<std::uint64_t>(n) * sizeof(std::int64_t));
}

using AddKeys = std::function<void(Launch&)>;

void* sorted_order(const sdk::Call& call, const AddKeys& keys, std::int64_t lines, std::int64_t size,
                   std::int64_t inner, bool descending) {
  const std::string suffix = descending ? "/descending" : "";
  const std::string definitions = std::string("#define DESCENDING ") + (descending ? "1" : "0") + kBefore;
  void* order = longs(call, lines * size);
  void* spare = size > kRun ? longs(call, lines * size) : nullptr;
  const std::int64_t runs = (size + kRun - 1) / kRun;
  Launch insertion(call, "sort/insertion" + suffix);
  keys(insertion);
  insertion.value(as_buffer(order)).index(size).index(inner).index(kRun).index(runs).index(lines * runs);
  insertion.run(lines * runs, [&] { return definitions + kInsertion; });
  for (std::int64_t length = kRun; length < size; length *= 2) {
    Launch merge(call, "sort/merge" + suffix);
    keys(merge);
    merge.value(as_buffer(order)).value(as_buffer(spare)).index(size).index(inner).index(length).index(lines * size);
    merge.run(lines * size, [&] { return definitions + kMerge; });
    std::swap(order, spare);
  }
  return order;
}

}  // namespace

void* sorted_order(const sdk::Call& call, const sdk::Tensor& self, std::int64_t lines, std::int64_t size,
                   std::int64_t inner, bool descending) {
  return sorted_order(
      call, [&](Launch& launch) { launch.tensor(self); }, lines, size, inner, descending);
}

void* sorted_order(const sdk::Call& call, const void* keys, std::int64_t n) {
  return sorted_order(
      call, [&](Launch& launch) { launch.scratch(keys, "long"); }, 1, n, 1, false);
}

void* inclusive_scan(const sdk::Call& call, void* flags, std::int64_t n) {
  const std::int64_t length = std::max<std::int64_t>((n + kParts - 1) / kParts, 64);
  const std::int64_t parts = (n + length - 1) / length;
  void* sums = longs(call, parts);
  void* total = longs(call, 1);
  Launch part_sums(call, "scan/sums");
  part_sums.value(as_buffer(flags)).value(as_buffer(sums)).index(length).index(parts).index(n);
  part_sums.run(parts, [] { return kPartSums; });
  Launch starts(call, "scan/starts");
  starts.value(as_buffer(sums)).value(as_buffer(total)).index(parts);
  starts.run(1, [] { return kPartStarts; });
  Launch scans(call, "scan/scans");
  scans.value(as_buffer(flags)).value(as_buffer(sums)).index(length).index(parts).index(n);
  scans.run(parts, [] { return kPartScans; });
  return total;
}

std::int64_t read_back(const sdk::Call& call, const void* memory) {
  std::int64_t value = 0;
  Queue& queue = Devices::get().at(call.device_index()).queue(call.stream());
  check(clEnqueueReadBuffer(queue.handle(), as_buffer(memory), CL_TRUE, 0, sizeof value, &value, 0, nullptr, nullptr),
        "clEnqueueReadBuffer");
  counters().bytes_read_by_kernels += sizeof value;
  return value;
}

}  // namespace sy::opencl
