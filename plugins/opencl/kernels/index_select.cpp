#include "switchyard/sdk/ops/index_select.h"

#include "../axis.h"
#include "../launch.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/embedding.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

constexpr const char* kBody = R"(
__kernel void run(OUT0, IN1, IN2, FAULT, const int dim, const idx size, const idx inner, const idx count, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const idx in = i % inner, along = i / inner % count, outer = i / inner / count;
  const long at = CHECKED(GET2(along));
  if (at >= 0) RAW0(i) = RAW1((outer * size + (idx)at) * inner + in);
}
)";

/// result[o][i][in] = self[o][index[i]][in].
void select(const Call& call, const Tensor& self, const Axis& axis, const Tensor& index, const Tensor& result,
            const char* argument, const char* checked) {
  const std::int64_t n = result.numel();
  Launch launch(call, call.op());
  launch.tensor(result).tensor(self).tensor(index).fault(argument);
  launch.value(static_cast<cl_int>(axis.dim)).index(axis.size).index(axis.inner).index(index.numel()).index(n);
  launch.run(n, [&] { return std::string("#define CHECKED(i) ") + checked + kBody; });
}

void run(const Call& call, const IndexSelectArgs& args) {
  select(call, args.self, Axis(args.self, args.dim), args.index, args.result, "index",
         "checked_index(i, size, dim, fault, site)");
}

/// No negative indices here.
void embed(const Call& call, const EmbeddingArgs& args) {
  select(call, args.weight, Axis(args.weight, 0), args.indices, args.result, "indices",
         "checked_row(i, size, fault, site)");
}

}  // namespace

SY_KERNELS(index_select, make_kernel<IndexSelectArgs, run>(kDeterministic),
           make_kernel<EmbeddingArgs, embed>(kDeterministic));
