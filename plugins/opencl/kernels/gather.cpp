#include "switchyard/sdk/ops/gather.h"

#include "../axis.h"
#include "../iteration.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

/// The position in self of an element of index, but for the coordinate along dim.
std::string body(int rank) {
  return "__kernel void run(OUT0, IN1, IN2, FAULT, const int dim, const idx size, const idx along, const idx n" +
         iteration_parameters(rank, 1, "") + ") {\n  idx rest = get_global_id(0);\n  if (rest >= n) return;\n" +
         "  const idx i = rest;\n" + iteration_positions(rank, 1, "") +
         "  const long at = checked_index(GET2(i), size, dim, fault, site);\n" +
         "  if (at >= 0) RAW0(i) = RAW1(at0 + (idx)at * along);\n}\n";
}

void run(const Call& call, const GatherArgs& args) {
  const Axis axis(args.self, args.dim);
  Dims strides(args.self.strides().begin(), args.self.strides().end());
  if (!strides.empty()) strides[static_cast<std::size_t>(axis.dim)] = 0;
  Iteration it(args.index.shape(), {Ints(strides.data(), strides.size())});
  it.pad_to(2);
  const std::int64_t n = args.index.numel();
  Launch launch(call, "gather/r" + std::to_string(it.rank()));
  launch.tensor(args.result).tensor(args.self).tensor(args.index).fault("index");
  launch.value(static_cast<cl_int>(axis.dim)).index(axis.size).index(axis.inner).index(n);
  it.add_to(launch);
  launch.run(n, [&] { return body(it.rank()); });
}

}  // namespace

SY_KERNELS(gather, make_kernel<GatherArgs, run>(kDeterministic));
