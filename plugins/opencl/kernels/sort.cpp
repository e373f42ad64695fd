// sort, topk: stable, NaN the largest.
#include "switchyard/sdk/ops/sort.h"

#include "../axis.h"
#include "../memory.h"
#include "../sorting.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/topk.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

// The first `kept` of each line.
constexpr const char* kBody = R"(
__kernel void run(OUT0, OUT1, IN2, __global const long* order, const idx size, const idx kept, const idx inner,
                  const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const idx in = i % inner, along = i / inner % kept, outer = i / inner / kept;
  const long at = order[(outer * inner + in) * size + along];
  RAW0(i) = RAW2((outer * size + (idx)at) * inner + in);
  PUT1(i, at);
}
)";

void write_sorted(const Call& call, const Tensor& self, std::int64_t dim, bool descending, const Tensor& values,
                  const Tensor& indices) {
  const Axis axis(self, dim);
  const std::int64_t n = values.numel();
  if (n == 0) return;
  void* order = sorted_order(call, self, axis.outer * axis.inner, axis.size, axis.inner, descending);
  Launch launch(call, "sort/write");
  launch.tensor(values).tensor(indices).tensor(self).value(as_buffer(order));
  launch.index(axis.size).index(Axis(values, dim).size).index(axis.inner).index(n);
  launch.run(n, [] { return kBody; });
}

void sort(const Call& call, const SortArgs& args) {
  write_sorted(call, args.self, args.dim, args.descending, args.values, args.indices);
}

void topk(const Call& call, const TopkArgs& args) {
  write_sorted(call, args.self, args.dim, args.largest, args.values, args.indices);
}

}  // namespace

SY_KERNELS(sort, make_kernel<SortArgs, sort>(kDeterministic), make_kernel<TopkArgs, topk>(kDeterministic));
