// Matrix product of (n, k) and (k, m).
#include "switchyard/sdk/ops/mm.h"

#include "loops/product.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_mm(const Call& call, const sdk::MmArgs& args) {
  Product product;
  product.dtype = call.t(0);
  product.a = matrices(args.self);
  product.b = matrices(args.mat2);
  product.c = matrices(args.result);
  product.run(call);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(mm, sy::sdk::make_kernel<sy::sdk::MmArgs, sy::cpu::run_mm>(sy::sdk::kStrided | sy::sdk::kDeterministic));
