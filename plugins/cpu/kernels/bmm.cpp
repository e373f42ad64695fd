// Matrix products of (b, n, k) and (b, k, m), one per batch.
#include "switchyard/sdk/ops/bmm.h"

#include "loops/product.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

void run_bmm(const Call& call, const sdk::BmmArgs& args) {
  const Product product{.dtype = call.t(0),
                        .batch = args.self.size(0),
                        .a = matrices(args.self),
                        .b = matrices(args.mat2),
                        .c = matrices(args.result)};
  product.run(call);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(bmm, sy::sdk::make_kernel<sy::sdk::BmmArgs, sy::cpu::run_bmm>(sy::sdk::kStrided | sy::sdk::kDeterministic));
