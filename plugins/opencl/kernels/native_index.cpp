// native_index, native_index_put: rows named by several index tensors together.
#include "switchyard/sdk/ops/native_index.h"

#include "../memory.h"
#include "../sorting.h"
#include "../wide_sum.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/native_index_put.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

/// rows[i]: the row that element i of the indices names, -1 where one is out of range.
std::string rows_body(std::size_t count) {
  std::string parameters;
  std::string steps;
  for (std::size_t k = 0; k < count; ++k) {
    const std::string n = std::to_string(k);
    parameters += ", IN" + std::to_string(k + 1) + ", const idx size" + n;
    steps += "  { const long at = checked_index(GET" + std::to_string(k + 1) + "(i), size" + n + ", " + n +
             ", fault, site); row = row < 0 || at < 0 ? -1 : row * size" + n + " + at; }\n";
  }
  return "__kernel void run(OUT0" + parameters +
         ", FAULT, const idx n) {\n  const idx i = get_global_id(0);\n  if (i >= n) return;\n  long row = 0;\n" +
         steps + "  RAW0(i) = row;\n}\n";
}

void* named_rows(const Call& call, const TensorList& indices, const Tensor& of) {
  const std::int64_t n = indices[0].numel();
  void* rows = call.workspace(static_cast<std::uint64_t>(n) * sizeof(std::int64_t));
  Launch launch(call, "rows" + std::to_string(indices.size()));
  launch.scratch(rows, "long");
  for (std::size_t k = 0; k < indices.size(); ++k) launch.tensor(indices[k]).index(of.size(static_cast<int>(k)));
  launch.fault("indices").index(n);
  launch.run(n, [&] { return rows_body(indices.size()); });
  return rows;
}

std::int64_t row_length(const TensorList& indices, const Tensor& of) {
  std::int64_t n = 1;
  for (int d = static_cast<int>(indices.size()); d < of.ndim(); ++d) n *= of.size(d);
  return n;
}

constexpr const char* kRead = R"(
__kernel void run(OUT0, IN1, __global const long* rows, const idx length, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const long row = rows[i / length];
  if (row >= 0) RAW0(i) = RAW1((idx)row * length + i % length);
}
)";
constexpr const char* kWrite = R"(
__kernel void run(OUT0, IN1, __global const long* rows, const idx length, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const long row = rows[i / length];
  if (row >= 0) RAW0((idx)row * length + i % length) = RAW1(i);
}
)";
// The first of several equal rows in sorted order adds them all, in the order of the indices.
constexpr const char* kAdd = R"(
__kernel void run(OUT0, IN1, __global const long* rows, __global const long* order, const idx length, const idx count,
                  const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const idx first = i / length, j = i % length;
  const long row = rows[order[first]];
  if (row < 0 || (first > 0 && rows[order[first - 1]] == row)) return;
  const idx to = (idx)row * length + j;
  C0 sum = GET0(to);
  for (idx k = first; k < count && rows[order[k]] == row; ++k) sum = SUM(sum, GET1((idx)order[k] * length + j));
  PUT0(to, sum);
}
)";

void read(const Call& call, const NativeIndexArgs& args) {
  void* rows = named_rows(call, args.indices, args.self);
  const std::int64_t n = args.result.numel();
  Launch launch(call, "native_index");
  launch.tensor(args.result).tensor(args.self).value(as_buffer(rows)).index(row_length(args.indices, args.self));
  launch.index(n).run(n, [] { return kRead; });
}

void put(const Call& call, const NativeIndexPutArgs& args) {
  const std::int64_t n = args.values.numel();
  if (n == 0) return;
  void* rows = named_rows(call, args.indices, args.result);
  const std::int64_t length = row_length(args.indices, args.result);
  const std::int64_t count = args.indices[0].numel();
  if (!args.accumulate) {
    Launch launch(call, "native_index_put");
    launch.tensor(args.result).tensor(args.values).value(as_buffer(rows)).index(length).index(n);
    return launch.run(n, [] { return kWrite; });
  }
  void* order = sorted_order(call, rows, count);
  with_wide_sums(call, args.result, [&](const auto& target) {
    Launch launch(call, "native_index_put/add");
    target(launch);
    launch.tensor(args.values).value(as_buffer(rows)).value(as_buffer(order)).index(length).index(count).index(n);
    launch.run(n, [&] { return std::string(sum_source(args.result.dtype())) + kAdd; });
  });
}

}  // namespace

SY_KERNELS(native_index, make_kernel<NativeIndexArgs, read>(kDeterministic),
           make_kernel<NativeIndexPutArgs, put>(kDeterministic));
