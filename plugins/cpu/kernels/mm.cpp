// Matrix product of (n, k) and (k, m).
#include "switchyard/sdk/ops/mm.h"

#include "loops/product.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_mm(const Call& call, const sdk::MmArgs& args) {
  const Product product{
      .dtype = call.t(0), .a = matrices(args.self), .b = matrices(args.mat2), .c = matrices(args.result)};
  product.run(call);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(mm, sy::sdk::make_kernel<sy::sdk::MmArgs, sy::cpu::run_mm>(sy::sdk::kStrided | sy::sdk::kDeterministic));
