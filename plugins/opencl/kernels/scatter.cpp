// scatter, scatter_add: the result already holds self.
#include "switchyard/sdk/ops/scatter.h"

#include "../axis.h"
#include "../iteration.h"
#include "../wide_sum.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/scatter_add.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

/// One item per line along dim, which alone writes to that line of the result: values for one element meet in order.
std::string body(int rank, const char* write) {
  return "__kernel void run(OUT0, IN1, IN2, FAULT, const int dim, const idx size, const idx to_step, const idx "
         "from_step,"
         " const idx index_step, const idx count, const idx n" +
         iteration_parameters(rank, 3, "") + ") {\n  idx rest = get_global_id(0);\n  if (rest >= n) return;\n" +
         iteration_positions(rank, 3, "") + R"(  for (idx i = 0; i < count; ++i) {
    const long at = checked_index(GET2(at2 + i * index_step), size, dim, fault, site);
    if (at < 0) continue;
    const idx to = at0 + (idx)at * to_step, from = at1 + i * from_step;
    )" + write +
         "\n  }\n}\n";
}

Ints as_ints(const Dims& dims) { return {dims.data(), dims.size()}; }

template <typename Args>
void run(const Call& call, const Args& args, const char* write, const std::function<void(Launch&)>& target) {
  const Axis axis(args.result, args.dim);
  Dims shape(args.index.shape().begin(), args.index.shape().end());
  std::int64_t count = 1;
  if (!shape.empty()) std::swap(count, shape[static_cast<std::size_t>(axis.dim)]);
  Iteration it(as_ints(shape), {args.result.strides(), args.src.strides(), args.index.strides()});
  it.pad_to(2);
  const std::int64_t n = it.size();
  Launch launch(call, std::string(Args::kOp) + "/r" + std::to_string(it.rank()));
  target(launch);
  launch.tensor(args.src).tensor(args.index).fault("index");
  launch.value(static_cast<cl_int>(axis.dim)).index(axis.size);
  launch.index(args.result.stride(axis.dim)).index(args.src.stride(axis.dim)).index(args.index.stride(axis.dim));
  launch.index(count).index(n);
  it.add_to(launch);
  launch.run(n, [&] { return sum_source(args.result.dtype()) + body(it.rank(), write); });
}

void write(const Call& call, const ScatterArgs& args) {
  run(call, args, "RAW0(to) = RAW1(from);", [&](Launch& launch) { launch.tensor(args.result); });
}

void add(const Call& call, const ScatterAddArgs& args) {
  with_wide_sums(call, args.result,
                 [&](const auto& target) { run(call, args, "PUT0(to, SUM(GET0(to), GET1(from)));", target); });
}

}  // namespace

SY_KERNELS(scatter, make_kernel<ScatterArgs, write>(kDeterministic), make_kernel<ScatterAddArgs, add>(kDeterministic));
