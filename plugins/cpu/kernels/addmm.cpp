// beta * self + alpha * mat1 mat2, self broadcast.
#include "switchyard/sdk/ops/addmm.h"

#include "loops/pointwise.h"
#include "loops/product.h"
#include "loops/types.h"

namespace sy::cpu {
namespace {

// result = self, broadcast from the right. They may be the same memory.
void copy_broadcast(const Tensor& self, const Tensor& result) {
  Operand from = operand(self);
  const Operand to = operand(result);
  std::int64_t strides[2] = {0, 0};
  for (int d = 1; d <= from.ndim; ++d) {
    if (from.shape[from.ndim - d] != 1) strides[2 - d] = from.strides[from.ndim - d];
  }
  from.shape = to.shape;
  from.strides = strides;
  from.ndim = 2;
  copy_elements(from, to);
}

void run_addmm(const Call& call, const sdk::AddmmArgs& args) {
  Product product;
  product.dtype = call.t(0);
  product.a = matrices(args.mat1);
  product.b = matrices(args.mat2);
  product.c = matrices(args.result);
  product.alpha = args.alpha;
  product.beta = args.beta;
  const Operand self = operand(args.self);
  const bool row = self.ndim == 1 && self.shape[0] == product.c.cols && args.beta.to_double() == 1;
  if (row && args.alpha.to_double() == 1) {
    product.bias = &self;
    product.beta = number(0);
  } else if (args.beta.to_double() != 0) {
    copy_broadcast(args.self, args.result);
  }
  product.run(call);
}

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(addmm,
           sy::sdk::make_kernel<sy::sdk::AddmmArgs, sy::cpu::run_addmm>(sy::sdk::kStrided | sy::sdk::kDeterministic));
