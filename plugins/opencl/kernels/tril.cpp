// tril, triu of contiguous matrices.
#include "switchyard/sdk/ops/tril.h"

#include "../launch.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/triu.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

template <typename Args>
void run(const Call& call, const Args& args, const char* compare) {
  const std::int64_t n = args.self.numel();
  // Beyond any matrix, so that the difference of two indices cannot overflow.
  const std::int64_t limit = std::int64_t{1} << 62;
  const std::int64_t diagonal = args.diagonal > limit ? limit : args.diagonal < -limit ? -limit : args.diagonal;
  Launch launch(call, Args::kOp);
  launch.tensor(args.result).tensor(args.self).value(diagonal).index(args.self.size(-2)).index(args.self.size(-1));
  launch.index(n).run(n, [&] {
    return std::string(R"(
__kernel void run(OUT0, IN1, const long diagonal, const idx rows, const idx columns, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const long along = (long)(i % columns) - i / columns % rows;
  RAW0(i) = along )") +
           compare + " diagonal ? RAW1(i) : 0;\n}\n";
  });
}

void lower(const Call& call, const TrilArgs& args) { run(call, args, "<="); }
void upper(const Call& call, const TriuArgs& args) { run(call, args, ">="); }

}  // namespace

SY_KERNELS(tril, make_kernel<TrilArgs, lower>(kDeterministic), make_kernel<TriuArgs, upper>(kDeterministic));
