#include "switchyard/sdk/ops/cat.h"

#include "../axis.h"
#include "../launch.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

// A tensor of `run` neighbours per outer index, into lines of `line` ones.
constexpr const char* kBody = R"(
__kernel void run(OUT0, IN1, const idx run_length, const idx line, const idx start, const idx n) {
  const idx i = get_global_id(0);
  if (i < n) RAW0(i / run_length * line + start + i % run_length) = RAW1(i);
}
)";

void run(const Call& call, const CatArgs& args) {
  const Axis to(args.result, args.dim);
  std::int64_t start = 0;
  for (std::size_t k = 0; k < args.tensors.size(); ++k) {
    const Tensor tensor = args.tensors[k];
    const std::int64_t n = tensor.numel();
    if (n == 0) continue;
    const std::int64_t run_length = Axis(tensor, args.dim).size * to.inner;
    Launch launch(call, "cat");
    launch.tensor(args.result).tensor(tensor).index(run_length).index(to.size * to.inner).index(start).index(n);
    launch.run(n, [] { return kBody; });
    start += run_length;
  }
}

}  // namespace

SY_KERNELS(cat, make_kernel<CatArgs, run>(kDeterministic));
