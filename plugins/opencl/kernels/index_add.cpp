// index_add, embedding_backward: rows added by index.
#include "switchyard/sdk/ops/index_add.h"

#include "../axis.h"
#include "../wide_sum.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/embedding_backward.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

// One item per line along dim, so that the values for one element meet in order.
constexpr const char* kBody = R"(
__kernel void run(OUT0, IN1, IN2, FAULT, const int dim, const idx size, const idx inner, const idx count,
                  const long skipped, const idx n) {
  const idx line = get_global_id(0);
  if (line >= n) return;
  const idx in = line % inner, outer = line / inner;
  for (idx i = 0; i < count; ++i) {
    const long named = GET2(i);
    const long at = CHECKED(named);
    if (at < 0 || SKIPPED) continue;
    const idx to = (outer * size + (idx)at) * inner + in;
    PUT0(to, SUM(GET0(to), GET1((outer * count + i) * inner + in)));
  }
}
)";
constexpr const char* kZero = R"(
__kernel void run(OUT0, const idx n) {
  const idx i = get_global_id(0);
  if (i < n) PUT0(i, 0);
}
)";

void add_rows(const Call& call, const Tensor& result, const Axis& axis, const Tensor& source, const Tensor& index,
              const char* argument, const char* definitions, std::int64_t skipped) {
  with_wide_sums(call, result, [&](const auto& target) {
    const std::int64_t n = axis.outer * axis.inner;
    Launch launch(call, call.op());
    target(launch);
    launch.tensor(source).tensor(index).fault(argument);
    launch.value(static_cast<cl_int>(axis.dim)).index(axis.size).index(axis.inner).index(index.numel());
    launch.value(skipped).index(n);
    launch.run(n, [&] { return std::string(sum_source(result.dtype())) + definitions + kBody; });
  });
}

void run(const Call& call, const IndexAddArgs& args) {
  add_rows(call, args.result, Axis(args.result, args.dim), args.source, args.index, "index",
           "#define CHECKED(i) checked_index(i, size, dim, fault, site)\n#define SKIPPED 0\n", 0);
}

void embedding_backward(const Call& call, const EmbeddingBackwardArgs& args) {
  const std::int64_t n = args.result.numel();
  Launch zero(call, "zero");
  zero.tensor(args.result).index(n);
  zero.run(n, [] { return kZero; });
  add_rows(call, args.result, Axis(args.result, 0), args.grad, args.indices, "indices",
           "#define CHECKED(i) checked_row(i, size, fault, site)\n#define SKIPPED at == skipped\n", args.padding_idx);
}

}  // namespace

SY_KERNELS(index_add, make_kernel<IndexAddArgs, run>(kDeterministic),
           make_kernel<EmbeddingBackwardArgs, embedding_backward>(kDeterministic));
